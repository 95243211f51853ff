import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentConfig, EnvironmentSecrets, TargetConfig } from '@polydev/manifest';
import { describeSsh } from '@polydev/host/testing';
import { leaksInDirectories, leaksInTexts, plantCanary } from '@polydev/secrets/testing';
import { decrypted } from '../../testing/secrets';
import { createWorld, type World } from '../../testing/world';
import { closeDeployment, deployTarget, planTarget, rollbackTargets } from '../index';

/** A service that tells everybody what it was given. */
const talkative = (version: string) => `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const info = JSON.parse(readFileSync('.release.json', 'utf8'));
const { TOKEN, OTHER } = process.env;
createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ status: 'ok', version: ${JSON.stringify(version)}, TOKEN, OTHER, ...info }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
const signal = new AbortController().signal;

describeSsh('encrypted values of a target', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  const report = (event: World['events'][number]) => void w.events.push(event);
  const environmentWith = (secrets: EnvironmentSecrets, target: Partial<TargetConfig> = {}) =>
    w.environment({ secrets: ['TOKEN'], ...target }, { secrets });
  const deploy = async (version: string, secrets: EnvironmentSecrets, target?: Partial<TargetConfig>) => {
    const environment = environmentWith(secrets, target);
    const head = w.head();
    const artifactDirectory = w.artifact({ 'main.js': talkative(version) });
    const record = await deployTarget({
      environment,
      target: environment.targets[0]!,
      artifactDirectory,
      head,
      report,
      signal,
    });
    await closeDeployment({ environment, deployment: head.id, head, report, signal });
    return record;
  };
  const rollback = (environment: EnvironmentConfig) => {
    const head = w.head({ kind: 'rollback' });
    const { targets } = environment;
    return rollbackTargets({ environment, targets, sha: undefined, by: head.by, openHead: () => head, report, signal });
  };
  const home = () => join(w.stateDir, 'targets/app');
  const directory = () => join(home(), 'secrets');
  const file = () => join(directory(), 'live.env');

  it('the service gets its own and no other, from a file that nobody else may read', async () => {
    const secrets = decrypted({ OTHER: 'of somebody else', TOKEN: 'one "two" $three' });
    expect((await deploy('v1', secrets)).outcome).toBe('moved');
    const answer = await w.answer();
    expect(answer).toMatchObject({ version: 'v1', TOKEN: 'one "two" $three' });
    expect(answer).not.toHaveProperty('OTHER');
    expect([statSync(file()).mode & 0o777, statSync(directory()).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('the same again is nothing to do; a value that was set anew, or was changed on the host, is', async () => {
    const before = decrypted({ TOKEN: 'the value before' });
    await deploy('v1', before);
    expect((await deploy('v1', before)).outcome).toBe('unchanged');
    const after = decrypted({ TOKEN: 'the value after' }, '2026-11-25T08:00:00Z');
    const environment = environmentWith({ names: after.names });
    const plan = await planTarget({
      environment,
      target: environment.targets[0]!,
      artifactDirectory: w.artifact({ 'main.js': talkative('v1') }),
      head: w.head(),
      signal,
    });
    // Without anybody who could decrypt them.
    expect(plan.hosts[0]).toMatchObject({ action: 'deploy', reasons: [{ kind: 'settings' }] });
    expect((await deploy('v1', after)).outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ TOKEN: 'the value after' });
    writeFileSync(file(), 'TOKEN="by hand"\n');
    expect((await deploy('v1', after)).outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ TOKEN: 'the value after' });
    expect((await deploy('v1', after)).outcome).toBe('unchanged');
  });

  it('a deploy that fails brings the former ones back before the former release is started, and tells of none', async () => {
    const canary = plantCanary();
    await deploy('v1', decrypted({ TOKEN: 'the value before' }));
    const failing = { postDeploy: `cat ${file()}; . ${file()}; echo "$TOKEN" >&2; exit 7` };
    const record = await deploy('v2', decrypted({ TOKEN: canary.value }, '2026-11-25T08:00:00Z'), failing);
    expect(record.hosts[0]).toMatchObject({ outcome: 'taken-back', failedStep: 'run post_deploy' });
    expect(await w.answer()).toMatchObject({ version: 'v1', TOKEN: 'the value before' });
    expect(readFileSync(file(), 'utf8')).toBe('TOKEN="the value before"\n');
    const told = JSON.stringify(w.events, (_, value: unknown) => (value instanceof Error ? value.message : value));
    expect(told).toContain('[TOKEN]');
    expect(leaksInTexts(canary, { told })).toEqual([]);
    expect(leaksInDirectories(canary, [w.stateDir])).toEqual([]);
  });

  it('nothing but the file of the service tells of them after a deploy that went well', async () => {
    const canary = plantCanary();
    await deploy('v1', decrypted({ TOKEN: canary.value }), { postDeploy: `cat ${file()}` });
    expect(await w.answer()).toMatchObject({ TOKEN: canary.value });
    const told = JSON.stringify(w.events);
    expect(told).toContain('[TOKEN]');
    expect(leaksInTexts(canary, { told })).toEqual([]);
    expect(leaksInDirectories(canary, [w.stateDir], [file()])).toEqual([]);
  });

  it('a deploy without the values that it is to place is refused before anything is touched', async () => {
    const { names } = decrypted({ TOKEN: 'the value' });
    for (const secrets of [{ names }, decrypted({ OTHER: 'another value' })])
      await expect(deploy('v1', secrets)).rejects.toMatchObject({
        code: 'SECRETS_NOT_DECRYPTED',
        message: expect.stringContaining('app is to be given TOKEN'),
        hint: expect.stringContaining('npx nx run app:deploy'),
      });
    expect(existsSync(w.stateDir)).toBe(false);
  });

  it('a first deploy that fails leaves none behind', async () => {
    const record = await deploy('v1', decrypted({ TOKEN: 'the value' }), { postDeploy: 'exit 7' });
    expect(record.outcome).toBe('taken-back');
    expect(existsSync(directory())).toBe(false);
  });

  it('a rollback starts the release of then with the values of now', async () => {
    await deploy('v1', decrypted({ TOKEN: 'the value before' }));
    const now = decrypted({ TOKEN: 'the value of now' }, '2026-11-25T08:00:00Z');
    await deploy('v2', now);
    expect((await rollback(environmentWith(now))).targets[0]?.outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ version: 'v1', TOKEN: 'the value of now' });
  });

  it('a rollback by somebody who cannot decrypt them leaves those on the host as they are', async () => {
    await deploy('v1', decrypted({ TOKEN: 'the value before' }));
    const now = decrypted({ TOKEN: 'the value of now' }, '2026-11-25T08:00:00Z');
    await deploy('v2', now);
    expect((await rollback(environmentWith({ names: now.names }))).targets[0]?.outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ version: 'v1', TOKEN: 'the value of now' });
  });

  it('a target that has none any more is started without, and they are gone from its file', async () => {
    const secrets = decrypted({ TOKEN: 'the value' });
    await deploy('v1', secrets);
    expect((await deploy('v1', secrets, { secrets: [] })).outcome).toBe('moved');
    expect(await w.answer()).not.toHaveProperty('TOKEN');
    expect(readdirSync(directory()).filter((name) => name === 'live.env')).toEqual([]);
    expect((await deploy('v1', secrets, { secrets: [] })).outcome).toBe('unchanged');
  });
});
