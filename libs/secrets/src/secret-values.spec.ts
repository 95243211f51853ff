import { inspect } from 'node:util';
import { plantCanary } from '../testing';
import { environmentFileText, SecretValues } from './index';

const values = new SecretValues([
  ['TOKEN', 'hunter2-$&-token'],
  ['LONGER', 'hunter2-$&-token-and-more'],
  ['KEY', '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n'],
  ['SWITCH', 'on'],
]);

it('prints as nothing but names', () => {
  const shown = [String(values), JSON.stringify({ values }), inspect({ values }, { depth: 9, showHidden: true })];
  for (const text of shown) expect(text).toContain('[redacted: KEY, LONGER, SWITCH, TOKEN]');
  for (const text of shown) expect(text).not.toMatch(/hunter2|MIIE/);
});

it('takes its values out of what others wrote', () => {
  expect(values.redact('a=hunter2-$&-token-and-more b=hunter2-$&-token, on')).toBe('a=[LONGER] b=[TOKEN], on');
  expect(values.redact('key: MIIEvQIBADANBg\r\n')).toBe('key: [KEY]\r\n');
  expect(values.redact('nothing')).toBe('nothing');
});

it('takes them out as programs write them', () => {
  const { value } = plantCanary();
  const written = [
    JSON.stringify({ value }),
    environmentFileText(new SecretValues([['CANARY', value]])),
    `'${value.replaceAll("'", `'\\''`)}'`,
    `https://u:${encodeURIComponent(value)}@x`,
  ];
  const withheld = new SecretValues([['CANARY', value]]);
  for (const text of written) expect(withheld.redact(text)).toMatch(/\[CANARY\]/);
  for (const text of written) expect(withheld.redact(text)).not.toContain('canary');
});

it('hands on some of them alone', () => {
  expect(values.only(['SWITCH', 'NONE', 'TOKEN']).names).toEqual(['SWITCH', 'TOKEN']);
});

it('gives a value out only when asked for it', () => {
  expect(values.reveal('SWITCH')).toBe('on');
  expect(values.reveal('toString')).toBeUndefined();
  expect(values.has('__proto__')).toBe(false);
  expect(values.names).toEqual(['KEY', 'LONGER', 'SWITCH', 'TOKEN']);
});
