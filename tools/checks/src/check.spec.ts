import { temporaryWorkspace, type TemporaryWorkspace } from '../testing/temporary-workspace';
import { runCheck } from './check';
import type { Section } from './sections';
import { NO_TESTS, oneFailure } from './test-reports';

const section = (name: string, kind: 'passed' | 'failed', ran: string[]): Section => ({
  name,
  run: async () => {
    ran.push(name);
    return { kind };
  },
});

const skipped: Section = { name: 'shell scripts', run: async () => ({ kind: 'skipped', reason: 'not installed' }) };

describe('npm run check', () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
    jest.spyOn(console, 'log').mockImplementation((line = '') => lines.push(String(line)));
  });
  afterEach(() => jest.restoreAllMocks());

  test('a failing section does not stop the others, is named at the end and counts as one failure', async () => {
    const ran: string[] = [];
    const sections = [section('format', 'failed', ran), section('lint', 'passed', ran), skipped];
    const exitCode = await runCheck('/', sections, {
      tests: async () => ({ ...NO_TESTS, passed: 5 }),
      trials: async () => ({ ...NO_TESTS, passed: 2 }),
    });
    expect(exitCode).toBe(1);
    expect(ran).toEqual(['format', 'lint']);
    expect(lines.slice(-2)).toEqual(['✗ format: see its section above', '7 passed, 1 failed']);
    expect(lines.find((line) => line.startsWith('shell scripts'))).toMatch(/skipped: not installed$/);
  });

  test('sections run beside each other, and what each says stands below its own heading', async () => {
    let go: () => void = () => undefined;
    const waits: Section = {
      name: 'lint',
      run: async (_, say) => {
        say('lint begins');
        await new Promise<void>((done) => (go = done));
        say('lint ends');
        return { kind: 'passed' };
      },
    };
    const quick: Section = {
      name: 'format',
      run: async (_, say) => {
        say('format says');
        go();
        return { kind: 'passed' };
      },
    };
    await runCheck('/', [waits, quick], {});
    const told = lines.map((line) => line.replace(/^\n── (\w+) .*$/u, '$1'));
    expect(told.slice(0, told.indexOf('summary'))).toEqual([
      'format',
      'format says',
      'lint',
      'lint begins',
      'lint ends',
    ]);
    expect(told.filter((line) => / s {2}passed$/.test(line)).map((line) => line.split(' ')[0])).toEqual([
      'lint',
      'format',
    ]);
  });

  test('a section that breaks off is a failure like any other, the tests among them', async () => {
    const breaksOff = () => Promise.reject(new Error('git is not installed'));
    const printed = jest.spyOn(console, 'error').mockImplementation();
    const exitCode = await runCheck('/', [{ name: 'leaks', run: breaksOff }], { tests: breaksOff });
    expect(exitCode).toBe(1);
    expect(printed).toHaveBeenCalledWith(new Error('git is not installed'));
    expect(lines.slice(-3)).toEqual([
      '✗ leaks: see its section above',
      '✗ tests: see its section above',
      '0 passed, 2 failed',
    ]);
  });

  test('failed tests are named and counted once', async () => {
    const exitCode = await runCheck('/', [], { tests: async () => oneFailure('host: deploy works') });
    expect(exitCode).toBe(1);
    expect(lines.slice(-2)).toEqual(['✗ host: deploy works', '0 passed, 1 failed']);
  });

  test('when all is well the last line says how much passed and the exit code is 0', async () => {
    const exitCode = await runCheck('/', [skipped], { tests: async () => ({ ...NO_TESTS, passed: 7 }) });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toBe('7 passed, 0 failed');
  });
});

describe('npm test in a real workspace', () => {
  let workspace: TemporaryWorkspace | undefined;
  afterEach(() => workspace?.remove());

  const suite = (name: string, code: string) => ({
    [`libs/${name}/project.json`]: { name, targets: { test: {} } },
    [`libs/${name}/package.json`]: { name: `@t/${name}` },
    [`libs/${name}/jest.config.cjs`]: 'module.exports = { testMatch: ["<rootDir>/*.spec.js"] };',
    [`libs/${name}/${name}.spec.js`]: code,
  });

  /** What every workspace has; its tests are run by Jest, and what is said after them. */
  const base = (afterwards = '') => ({
    'package.json': { name: 'workspace', private: true, workspaces: ['libs/*'] },
    'nx.json': {
      analytics: false,
      neverConnectToCloud: true,
      targetDefaults: {
        test: {
          command: `mkdir -p ../../reports/tests && jest --json --outputFile=../../reports/tests/{projectName}.json${afterwards}`,
          options: { cwd: '{projectRoot}' },
        },
      },
    },
  });

  test('what fails after its tests have passed is a failure', async () => {
    workspace = temporaryWorkspace({ ...base(' && exit 3'), ...suite('odd', "test('a', () => {});") });
    const { exitCode, stdout } = await workspace.run('test');
    expect(exitCode).toBe(1);
    expect(stdout.trim().split('\n').slice(-2)).toEqual([
      '✗ the tests ended with an error, though no test of theirs failed; it is told above',
      '1 passed, 1 failed',
    ]);
  });

  test('the closing line sums the reports of this run, whatever earlier runs left behind', async () => {
    workspace = temporaryWorkspace({
      ...base(),
      ...suite('good', "test('a', () => {}); test('b', () => {}); test.skip('c', () => {});"),
      ...suite('bad', "test('adds', () => { expect(1).toBe(2); });"),
      ...suite('broken', 'this is not JavaScript'),
      'libs/silent/project.json': { name: 'silent', targets: { test: { command: 'true' } } },
      'reports/tests/gone.json': '{"numPassedTests": 99, "testResults": []}',
    });
    const { exitCode, stdout } = await workspace.run('test');
    expect(exitCode).toBe(1);
    const end = stdout.trim().split('\n').slice(-4);
    expect(end.slice(0, 3).sort()).toEqual([
      '✗ bad: adds',
      expect.stringMatching(/^✗ broken: broken\.spec\.js did not run: /),
      '✗ silent: its tests did not run (no report was written)',
    ]);
    expect(end[3]).toBe('2 passed, 3 failed, 1 skipped');
  });
});
