import { lockHeld } from '@polydev/errors';
import { setRunVariables } from '../run/run-variables';
import { reportingErrors, type TaskTools } from './reporting-errors';

let out: string[];
beforeEach(() => {
  out = [];
  const collect = (text: unknown): true => Boolean(out.push(String(text))) as true;
  jest.spyOn(process.stdout, 'write').mockImplementation(collect);
  jest.spyOn(process.stderr, 'write').mockImplementation(collect);
  jest.spyOn(console, 'error').mockImplementation(collect);
});
afterEach(() => jest.restoreAllMocks());

test('a task that says it is well has succeeded', async () => {
  expect(await reportingErrors({}, () => Promise.resolve(true))).toEqual({ success: true });
});

test('a situation of the user’s is explained without a stack', async () => {
  const result = await reportingErrors({}, () => Promise.reject(lockHeld({ target: 'api', host: 'web-1', by: 'ann' })));
  expect(result).toEqual({ success: false });
  expect(out.join('')).toContain('[LOCK_HELD] api on web-1 is being changed by ann');
  expect(out.join('')).not.toMatch(/^ +at /m);
});

test('with --json it is a line of JSON', async () => {
  await reportingErrors({ json: 'true' }, () => Promise.reject(lockHeld({ target: 'api', host: 'web-1' })));
  expect(JSON.parse(out.join(''))).toMatchObject({ kind: 'error', code: 'LOCK_HELD' });
});

describe('what a run for another environment than the default one says', () => {
  const nothing = {
    run: undefined,
    configuration: undefined,
    dryRun: false,
    allowMissingHosts: false,
    plan: undefined,
    emergency: false,
    reason: undefined,
  };
  beforeEach(() => setRunVariables({ ...nothing, configuration: 'twin' }));
  afterEach(() => setRunVariables(nothing));

  test('has the environment in its commands, whether it ends with it or goes on', async () => {
    const task = ({ report }: TaskTools) => {
      report({ kind: 'warning', text: 'It hangs.', hint: '`npx nx run api:recover` mends it.' });
      return Promise.reject(lockHeld({ target: 'api', host: 'web-1' }));
    };
    await reportingErrors({}, task);
    expect(out.join('')).toContain('`npx nx run api:recover -c twin` mends it.');
    expect(out.join('')).toContain('`npx nx run api:status -c twin` shows');
  });
});

test('a bug keeps its stack and asks to be reported', async () => {
  const result = await reportingErrors({}, () => Promise.reject(new TypeError('x is not a function')));
  expect(result).toEqual({ success: false });
  expect(out.join('')).toMatch(/TypeError: x is not a function\n +at .*reporting-errors\.spec/);
  expect(out.join('')).toContain('please report it');
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s tells the task to undo what it began', async (name) => {
  const before = process.listenerCount(name);
  const result = await reportingErrors({}, ({ signal }) => {
    process.emit(name);
    process.emit(name);
    return Promise.resolve(!signal.aborted);
  });
  expect(result).toEqual({ success: false });
  expect(process.listenerCount(name)).toBe(before);
});
