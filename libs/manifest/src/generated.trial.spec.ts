import { isOpsError } from '@polydev/errors';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { jsonSchemaText } from './reference/json-schema';
import { parseManifest } from './parse-manifest';
import { chooseEnvironment, environmentNames, resolveEnvironment } from './resolve-environment';

const MANIFESTS = 10_000;
/** The same manifests every time, so that what fails once fails again. */
const SEED = 20_261_127;
/** Milliseconds for all of them: far more than they need, far less than one that hangs. */
const LIMIT_MS = 1_800_000;
jest.setTimeout(LIMIT_MS);

const GOOD = `version: 1.0
defaults: { keep: 3, health_check: { timeout: 2m } }
targets:
  api:
    path: /opt/api
    restart: systemctl restart api
    health_check: { url: http://localhost:4000/health, body: { status: healthy } }
    shared: [.env, uploads/]
  web: { path: /opt/web, install: npm ci, depends_on: [api] }
environments:
  staging:
    values: .staging/values.json
    hosts: [{ name: staging, address: '\${address}', port: '\${ssh_port}', user: deploy }]
    targets: { web: { url: https://staging.example.com } }
  production: { hosts: [deploy@web-1.example.com, 'deploy@web-2.example.com:2222'], branch: main }
`;
const good: unknown = parse(GOOD);

/** Every key that stands anywhere in the schema, so that generated ones are often right in the wrong place. */
const KEYS = (() => {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') Object.keys(value as object).forEach((name) => found.add(name));
      visit(value);
    }
  };
  visit(z.json().parse(JSON.parse(jsonSchemaText())));
  return [...found];
})();

const NASTY = [
  '',
  ' ',
  '../../etc/cron.d/x',
  '/',
  '/opt/../etc',
  '$(touch x)',
  '`touch x`',
  "'; rm -rf / #",
  '${name}',
  '$${name}',
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\u001b[2J',
  '-oProxyCommand=x',
  'user:password@host',
  'deploy@[::1]:22',
  '1e400',
  'ä'.repeat(300),
];
const text = fc.oneof(fc.constantFrom(...NASTY), fc.constantFrom(...KEYS), fc.string({ maxLength: 40 }));
const leaf = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const { tree: anything } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), text), tie('tree'), { maxKeys: 5 }),
  ),
}));

/** A good manifest in which some values, wherever they stand, were replaced, taken away, or given a neighbour. */
const spoiled = fc
  .array(fc.record({ at: fc.nat(), value: anything, key: text, how: fc.constantFrom('replace', 'remove', 'add') }), {
    maxLength: 4,
  })
  .map((changes) => {
    const data = structuredClone(good);
    for (const { at, value, key, how } of changes) {
      const places = placesIn(data);
      const place = places[at % places.length];
      if (place === undefined) continue;
      if (how === 'remove') Reflect.deleteProperty(place.parent, place.key);
      else Reflect.set(place.parent, how === 'add' ? key : place.key, value);
    }
    return data;
  });

const placesIn = (data: unknown): readonly { readonly parent: object; readonly key: string }[] =>
  typeof data !== 'object' || data === null
    ? []
    : Object.entries(data).flatMap(([key, value]) => [{ parent: data, key }, ...placesIn(value)]);

const written = fc.oneof(
  { weight: 6, arbitrary: spoiled.map((data) => stringify(data)) },
  { weight: 2, arbitrary: anything.map((data) => stringify({ version: 1, targets: data, environments: data })) },
  { weight: 1, arbitrary: anything.map((data) => stringify(data)) },
  // Not even YAML: a good manifest in which a piece was replaced.
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(GOOD.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 20 }))
      .map(([at, length, piece]) => GOOD.slice(0, at) + piece + GOOD.slice(at + length)),
  },
);

/** Reads a manifest and chooses each of its environments: whether it was good, or what was wrong with it. */
const outcomeOf = (manifest: string): string => {
  try {
    const parsed = parseManifest(manifest);
    for (const configuration of environmentNames(parsed)) {
      chooseEnvironment(parsed, { configuration, env: {} });
      try {
        resolveEnvironment(parsed, { configuration, env: {}, values: { address: '203.0.113.20', ssh_port: 22 } });
      } catch (error) {
        if (!isOpsError(error)) throw error;
      }
    }
    return 'good';
  } catch (error) {
    if (!isOpsError(error)) throw error;
    expect(error.hint).not.toBe('');
    // Nothing that a file holds may move the cursor of whoever reads the message.
    expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    return error.code;
  }
};

test(`${MANIFESTS} generated manifests are read, or refused with what is wrong, and nothing else`, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(written, (manifest) => {
      const outcome = outcomeOf(manifest);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }),
    { numRuns: MANIFESTS, seed: SEED, interruptAfterTimeLimit: LIMIT_MS - 60_000, markInterruptAsFailure: true },
  );
  // Else the manifests would be all of one kind, and the test one of little.
  expect([...seen.keys()].sort()).toEqual(['MANIFEST_INVALID', 'good']);
  expect(seen.get('good')).toBeGreaterThan(100);
  expect(seen.get('MANIFEST_INVALID')).toBeGreaterThan(1000);
});
