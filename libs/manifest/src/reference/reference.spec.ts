import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { SEED } from '../fixtures/seed';
import { parseManifest } from '../parse-manifest';
import { readManifest } from '../read';
import { resolveEnvironment } from '../resolve-environment';
import { EXAMPLE, EXAMPLE_VALUES, SMALL_EXAMPLE } from './example';
import { jsonSchemaText } from './json-schema';
import { referencePage } from './page';

const ROOT = resolve(__dirname, '../../../..');
const file = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

describe('the reference', () => {
  test('and the JSON Schema are those of the schema; `npm run generate` writes them', () => {
    expect(file('docs/manifest.md')).toBe(referencePage());
    expect(file('docs/deploy.schema.json')).toBe(jsonSchemaText());
  });

  test('shows examples that work', () => {
    expect(parseManifest(SMALL_EXAMPLE).targets).toHaveLength(1);
    const example = parseManifest(EXAMPLE);
    const staging = resolveEnvironment(example, { configuration: 'staging', env: {}, values: EXAMPLE_VALUES });
    expect(staging.targets.map(({ name, dependsOn, url }) => ({ name, dependsOn, url }))).toEqual([
      { name: 'api', dependsOn: [], url: undefined },
      { name: 'web', dependsOn: ['api'], url: 'https://staging.example.com' },
      { name: 'agent', dependsOn: [], url: undefined },
    ]);
    const production = resolveEnvironment(example, { configuration: 'production', env: {} });
    expect(production.targets.find(({ name }) => name === 'agent')?.dependsOn).toEqual(['api']);
  });

  test('describes every key and every variable of the seed', () => {
    const page = referencePage();
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(40);
    expect(
      rows.filter(
        (line) =>
          line
            .split(/(?<!\\)\|/)
            .slice(-3, -2)
            .join('')
            .trim() === '',
      ),
    ).toEqual([]);
    for (const name of [
      'DEPLOY_SERVER',
      'DEPLOY_USER',
      'DEPLOY_PASSWORD',
      'DEPLOY_STRATEGY',
      'GOLDEN_IMAGE_REBUILD',
      'HEALTH_CHECK_TIMEOUT',
      'ROLLBACK_ON_FAILURE',
    ]) {
      expect(page).toContain(`| \`${name}\` |`);
    }
  });
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(JSON.parse(jsonSchemaText()) as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (text: string): boolean => schema.safeParse(parse(text, { merge: true })).success;

  test('accepts what the program accepts, variables of an environment too', () => {
    expect([SEED, SMALL_EXAMPLE, EXAMPLE, file('.deploy.yaml')].map(accepts)).toEqual([true, true, true, true]);
  });

  test('marks an unknown key and a wrong type', () => {
    expect(accepts(`${SEED}    restrat: x\n`)).toBe(false);
    expect(accepts(`${SEED}    keep: many\n`)).toBe(false);
  });
});

describe("this workspace's manifest", () => {
  const SANDBOX = {
    root: '/box',
    ssh_port: 2222,
    user: 'sandbox',
    client_key: '/k',
    known_hosts: '/h',
    master_controller_port: 4001,
    frontend_port: 3001,
  };

  test("holds the seed's targets word for word", () => {
    expect(file('.deploy.yaml')).toContain(SEED);
  });

  test('keeps the sandbox below its own folder, each target health-checked at its own port', () => {
    const environment = resolveEnvironment(readManifest(ROOT), { env: {}, values: SANDBOX });
    expect([environment.name, environment.stateDir, environment.notes]).toEqual(['sandbox', '/box/opt/polydev-ai', []]);
    expect(environment.targets.map(({ path, healthCheck }) => [path, healthCheck?.url, healthCheck?.body])).toEqual([
      ['/box/opt/master-controller', 'http://localhost:4001/api/auth/health', { status: 'healthy' }],
      ['/box/opt/polydev-ai/vm-agent', undefined, undefined],
      ['/box/opt/polydev-frontend', 'http://localhost:3001/api/health', { status: 'ok' }],
    ]);
    expect(JSON.stringify(environment).replaceAll('/box/opt/', '')).not.toContain('/opt/');
  });

  test("is production with the seed's addresses once DEPLOY_SERVER is set", () => {
    const environment = resolveEnvironment(readManifest(ROOT), { env: { DEPLOY_SERVER: 'root@203.0.113.10' } });
    expect([environment.name, environment.protected, environment.notes]).toEqual(['production', true, []]);
    expect(environment.targets.map(({ healthCheck }) => healthCheck?.url)).toEqual([
      'http://localhost:4000/api/auth/health',
      undefined,
      'http://localhost:3000/api/health',
    ]);
  });
});
