import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  assertRole,
  leastRole,
  provenSigner,
  roleOfPermission,
  roleOfSigner,
  roleOnGitHub,
  type Guarded,
  type Role,
} from '..';
import { keyRing, signersOf } from '../../testing/keys';

const ring = keyRing();
const servers: Server[] = [];
afterAll(async () => {
  ring.remove();
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
});

it.each<[string, Role]>([
  ['admin', 'maintainer'],
  ['maintain', 'maintainer'],
  ['write', 'deployer'],
  ['triage', 'reader'],
  ['read', 'reader'],
  ['none', 'reader'],
  ['ADMIN', 'reader'],
  ['', 'reader'],
])('takes the GitHub permission "%s" for a %s', (permission, role) => {
  expect(roleOfPermission(permission)).toBe(role);
});

it.each<[Role, Guarded, boolean]>([
  ['reader', 'deploy', false],
  ['deployer', 'deploy', true],
  ...(['recover', 'set up hosts', 'build images', 'start and stop VMs'] as const).flatMap(
    (doing): [Role, Guarded, boolean][] => [
      ['reader', doing, false],
      ['deployer', doing, true],
    ],
  ),
  ['deployer', 'rollback', false],
  ['deployer', 'approve', false],
  ['deployer', 'put a rule aside', false],
  ['deployer', 'unlock', false],
  ['deployer', 'rotate secrets', false],
  ['maintainer', 'deploy', true],
  ['maintainer', 'rollback', true],
])('a %s who would %s: %s', (role, doing, may) => {
  const ask = () => assertRole({ who: 'login', role, doing });
  if (may) expect(ask).not.toThrow();
  else
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'ROLE_MISSING',
        message: expect.stringContaining(`login is a ${role} here, and to ${doing} needs a `),
      }),
    );
});

it('gives a run that somebody started again the rights of the lesser of the two', () => {
  expect(leastRole(['maintainer', 'deployer'])).toBe('deployer');
  expect(leastRole(['maintainer'])).toBe('maintainer');
  expect(leastRole([])).toBe('reader');
});

it('tells by a signature who holds a key, and what they may do', async () => {
  const key = ring.make('key');
  const people = signersOf(['operator@example.org,operator', key]);
  const signer = await provenSigner('a plan', key, people);
  expect(roleOfSigner(signer, { maintainers: ['operator'], deployers: [] })).toBe('maintainer');
  expect(roleOfSigner(signer, { maintainers: [], deployers: ['operator@example.org'] })).toBe('deployer');
  expect(roleOfSigner(signer, { maintainers: ['oper'], deployers: [] })).toBe('reader');
});

it('knows nobody by a key that is on no list, or not for deploys', async () => {
  const [known, key] = [ring.make('known'), ring.make('unlisted')];
  await expect(provenSigner('a plan', key, signersOf(['operator', known]))).rejects.toMatchObject({
    code: 'DEPLOYER_UNKNOWN',
  });
  const other = signersOf(['operator', key, 'namespaces="audit@polydev"']);
  await expect(provenSigner('a plan', key, other)).rejects.toMatchObject({ code: 'SIGNING_FAILED' });
});

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const ask = (api: string, actor = 'login') =>
  roleOnGitHub({ api, repository: 'owner/name', actor, token: 'token-of-a-test' });

it('asks GitHub for the actor’s permission, with the token', async () => {
  const asked: unknown[] = [];
  const api = await serve((request, response) => {
    asked.push(request.url, request.headers.authorization);
    json(200, { permission: 'write', role_name: 'write' })(request, response);
  });
  expect(await ask(`${api}/`)).toBe('deployer');
  expect(asked).toEqual(['/repos/owner/name/collaborators/login/permission', 'Bearer token-of-a-test']);
});

it.each<[unknown, Role]>([
  [{ permission: 'admin', role_name: 'admin' }, 'maintainer'],
  [{ permission: 'write', role_name: 'maintain' }, 'maintainer'],
  [{ permission: 'write', role_name: 'a role of the organization' }, 'deployer'],
  [{ permission: 'read' }, 'reader'],
])('understands %j', async (body, role) => {
  expect(await ask(await serve(json(200, body)))).toBe(role);
});

it('takes who is no collaborator for a reader', async () => {
  expect(await ask(await serve(json(404, {})))).toBe('reader');
});

const elsewhere: RequestListener = (_, response) =>
  void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
it.each<[string, RequestListener, RegExp]>([
  ['the token is refused', json(401, {}), /it answered 401/],
  ['the server is broken', json(500, {}), /it answered 500/],
  ['the answer is another one', json(200, { permission: 7 }), /its answer is none/],
  ['the answer is no JSON', (_, response) => void response.end('<html>'), /its answer is none/],
  ['it sends us elsewhere', elsewhere, /redirect/],
])('refuses, without the token in the message, where %s', async (_, answer, why) => {
  const error: Error = await ask(await serve(answer)).then(
    () => new Error('accepted'),
    (caught: unknown) => caught as Error,
  );
  expect(error).toMatchObject({ code: 'PERMISSION_UNKNOWN', message: expect.stringMatching(why) });
  expect(JSON.stringify([error, error.message, error.stack])).not.toContain('token-of-a-test');
});

it('refuses where GitHub cannot be reached', async () => {
  const api = await serve(json(200, {}));
  const server = servers.at(-1)!;
  await new Promise((closed) => server.close(closed));
  await expect(ask(api)).rejects.toMatchObject({ code: 'PERMISSION_UNKNOWN' });
});

it.each(['', '../admin', 'a/b', 'a b', '-x', 'x\n'])('asks nothing about the login %j', async (actor) => {
  await expect(ask('http://127.0.0.1:1', actor)).rejects.toMatchObject({
    message: expect.stringContaining('no login'),
  });
});
