import { inLanes } from './in-lanes';
import { ensureSystemTools } from './ensure-system-tools';
import { SYSTEM_TOOLS, type SystemTool } from './system-tools';
import { SECTIONS, type Section, type SectionResult } from './sections';
import { addTotals, closingLine, NO_TESTS, oneFailure, type TestTotals } from './test-reports';
import { runTests, runTrials } from './tests';

type RunTests = (root: string) => Promise<TestTotals>;

interface Finished {
  readonly name: string;
  readonly result: SectionResult;
  readonly seconds: number;
}

const heading = (name: string): void => console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 76 - name.length))}`);

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

const failedBy = (error: unknown): SectionResult => {
  console.error(error);
  return { kind: 'failed' };
};

/** Prints what a section said once it has ended, since others run beside it. */
const runSection = async (root: string, { name, run }: Section): Promise<Finished> => {
  const start = performance.now();
  const said: string[] = [];
  const ended = await run(root, (text) => said.push(text)).then(
    (result) => () => result,
    (error: unknown) => () => failedBy(error),
  );
  heading(name);
  for (const text of said) console.log(text);
  return { name, result: ended(), seconds: secondsSince(start) };
};

/** Prints what the tests print as it comes. */
const runSuite = async (name: string, run: () => Promise<SectionResult>): Promise<Finished> => {
  heading(name);
  const start = performance.now();
  const result = await run().catch(failedBy);
  return { name, result, seconds: secondsSince(start) };
};

/** As many as the smallest machine that we run on has processors; most of them have one thread. */
const BESIDE_EACH_OTHER = 2;

const describe = ({ name, result, seconds }: Finished): string => {
  const outcome = result.kind === 'skipped' ? `skipped: ${result.reason}` : result.kind;
  return `${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s  ${outcome}`;
};

/** Prints what failed, then the closing line, and returns the exit code. */
const close = (totals: TestTotals): number => {
  for (const failure of totals.failures) console.log(`✗ ${failure}`);
  console.log(closingLine(totals));
  return totals.failed === 0 ? 0 : 1;
};

const missingTools = async (tools: readonly SystemTool[]): Promise<TestTotals | undefined> => {
  const message = await ensureSystemTools(tools);
  if (message === undefined) return undefined;
  console.error(message);
  return oneFailure('Nothing was run: programs are missing on this machine (see above).');
};

const prepareThen = async (tools: readonly SystemTool[], run: () => Promise<number>): Promise<number> => {
  const missing = await missingTools(tools);
  return missing === undefined ? run() : close(missing);
};

/** Installs the programs that the tests call, and nothing else. Returns the exit code. */
export const toolsCommand = (): Promise<number> =>
  prepareThen(
    SYSTEM_TOOLS.filter(({ optional }) => optional !== true),
    async () => 0,
  );

/** The tests of the named projects, of all where none is named, and nothing else; installs the programs they need. Returns the exit code. */
export const testCommand = (root: string, projects: readonly string[]): Promise<number> =>
  prepareThen(
    SYSTEM_TOOLS.filter(({ optional }) => optional !== true),
    async () => close(await runTests(root, projects)),
  );

/**
 * Every section, then the suites of tests; a failing section does not stop the others, so that one run shows all problems.
 * In the closing line a failed section counts as one failure beside the failed tests. Returns the exit code.
 */
export const runCheck = async (
  root: string,
  sections: readonly Section[],
  suites: Readonly<Record<string, RunTests>>,
): Promise<number> => {
  const finished = [...(await inLanes(BESIDE_EACH_OTHER, sections, (section) => runSection(root, section)))];
  const totalsOf = new Map<string, TestTotals>();
  for (const [name, tests] of Object.entries(suites)) {
    const run = async (): Promise<SectionResult> => {
      const totals = await tests(root);
      totalsOf.set(name, totals);
      return { kind: totals.failed === 0 ? 'passed' : 'failed' };
    };
    finished.push(await runSuite(name, run));
  }

  heading('summary');
  for (const section of finished) console.log(describe(section));
  console.log();
  // A section of tests is spoken for by the tests that failed.
  const failed = finished.filter(
    ({ name, result }) => result.kind === 'failed' && (totalsOf.get(name)?.failed ?? 0) === 0,
  );
  return close(
    addTotals([
      NO_TESTS,
      ...totalsOf.values(),
      ...failed.map(({ name }) => oneFailure(`${name}: see its section above`)),
    ]),
  );
};

/** `npm run check`. Returns the exit code. */
export const checkCommand = (root: string): Promise<number> =>
  prepareThen(SYSTEM_TOOLS, () => runCheck(root, SECTIONS, { tests: runTests, trials: runTrials }));
