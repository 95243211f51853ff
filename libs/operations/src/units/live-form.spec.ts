import type { TargetConfig } from '@polydev/manifest';
import { conflictOf, type LiveForm } from './live-form';

const target = (strategy: TargetConfig['strategy'], blue = 4001) =>
  ({ name: 'api', strategy, service: {}, traffic: { slots: { blue, green: 4002 } } }) as unknown as TargetConfig;
const live = (slot?: string): string =>
  JSON.stringify({
    target: 'api',
    environment: 'production',
    path: '/opt/api',
    live: { release: 'r1', sha: 'a', digest: 'd', ...(slot ? { slot } : {}) },
  });
const form = (more: Partial<LiveForm>): LiveForm => ({ targetFile: '', slotEnv: '', engine: '', unit: '', ...more });
const why = (one: TargetConfig, found: Partial<LiveForm>) => conflictOf(one, '/opt/state', form(found))?.why;

test('what serves from nowhere, or in the form that is meant, is in no conflict', () => {
  expect(why(target('blue-green'), {})).toBeUndefined();
  expect(why(target('blue-green'), { targetFile: live('blue'), slotEnv: 'PORT=4001\n' })).toBeUndefined();
  expect(
    why(target('rolling'), { targetFile: live(), engine: 'backend app\n  server service 127.0.0.1:4000' }),
  ).toBeUndefined();
});

test.each([
  [
    'rolling',
    4001,
    { targetFile: live('green') },
    'it serves from slot green (blue-green), and the manifest says rolling',
  ],
  [
    'blue-green',
    4001,
    { targetFile: live(), engine: 'backend app\n  server service 127.0.0.1:4000' },
    'it serves in place behind its traffic engine (rolling), and the manifest says blue-green',
  ],
  [
    'blue-green',
    5001,
    { targetFile: live('blue'), slotEnv: 'PORT=4001\n' },
    'slot blue serves on port 4001, and the manifest means 5001',
  ],
  [
    'rolling',
    4001,
    { unit: '# Generated for the target api, whose state is in /srv/other. Its `setup` task …' },
    'its units belong to the same target with its state in /srv/other',
  ],
] as const)('%s, blue on %i: refused', (strategy, blue, found, expected) => {
  expect(why(target(strategy, blue), found)).toBe(expected);
});
