import { createHmac } from 'node:crypto';
import { fingerprint, keyType, knownKeysFor, lookupName } from './known-hosts';

const blob = (type: string, seed: string): Buffer => {
  const fields = [Buffer.from(type), Buffer.from(seed.padEnd(32))];
  return Buffer.concat(fields.flatMap((field) => [Buffer.from([0, 0, 0, field.length]), field]));
};
const ED = `ssh-ed25519 ${blob('ssh-ed25519', 'one').toString('base64')}`;
const RSA = `ssh-rsa ${blob('ssh-rsa', 'two').toString('base64')}`;
const hashed = (name: string) => {
  const salt = Buffer.alloc(20, 3);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

test.each([
  ['plain name', `web.example.com ${ED}`, 'web.example.com', true],
  ['another name', `web.example.com ${ED}`, 'web2.example.com', false],
  ['a dot is a dot', `web.example.com ${ED}`, 'webxexample.com', false],
  ['list', `web,192.0.2.7 ${ED}`, '192.0.2.7', true],
  ['written in capitals', `WEB.example.com ${ED}`, 'web.example.com', true],
  ['wildcards', `*.example.co? ${ED}`, 'web.example.com', true],
  ['negated, wherever it stands', `*.example.com,!web.example.com ${ED}`, 'web.example.com', false],
  ['only negated', `!db.example.com ${ED}`, 'web.example.com', false],
  ['port', `[web.example.com]:2222 ${ED}`, '[web.example.com]:2222', true],
  ['another port', `[web.example.com]:2222 ${ED}`, '[web.example.com]:2200', false],
  ['any port', `[web.example.com]:* ${ED}`, '[web.example.com]:2200', true],
  ['hashed', `${hashed('web.example.com')} ${ED}`, 'web.example.com', true],
  ['hashed with port', `${hashed('[web.example.com]:2222')} ${ED}`, '[web.example.com]:2222', true],
  ['hashed, another name', `${hashed('db.example.com')} ${ED}`, 'web.example.com', false],
  ['comment at the end', `web ${ED} somebody@laptop`, 'web', true],
  ['comment line', `# web ${ED}`, 'web', false],
  ['broken line', 'web ssh-ed25519', 'web', false],
  ["type that is not the key's own", `web ssh-rsa ${ED.split(' ')[1]}`, 'web', false],
])('%s', (...[, line, name, known]) => {
  expect(knownKeysFor(line, name, 'known_hosts')).toHaveLength(known ? 1 : 0);
});

test('a host may have several keys, each with its place and its marker', () => {
  const text = `\nweb ${ED}\n@revoked web ${RSA}\n@cert-authority *.example.com,web ${RSA}\n@strange web ${ED}\n`;

  expect(knownKeysFor(text, 'web', '/k').map(({ place, marker, type }) => [place, marker, type])).toEqual([
    ['/k:2', 'none', 'ssh-ed25519'],
    ['/k:3', 'revoked', 'ssh-rsa'],
    ['/k:4', 'cert-authority', 'ssh-rsa'],
  ]);
});

test('names are looked up bare at port 22 and with their port elsewhere', () => {
  expect(lookupName('Web', 22)).toBe('web');
  expect(lookupName('web', 2222)).toBe('[web]:2222');
});

test('a key tells its type, and its fingerprint is the one that ssh-keygen prints', () => {
  const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f', 'base64');

  expect(keyType(key)).toBe('ssh-ed25519');
  expect(fingerprint(key)).toBe('SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA');
});
