import { basename } from 'node:path';

/** What a run of tests came to, over one project or many. */
export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each failure, for the end of the output. */
  readonly failures: readonly string[];
}

/** The part of Jest's `--json` report that is read (Jest 30, `FormattedTestResults`). */
interface JestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export const NO_TESTS: TestTotals = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** Totals in which one thing failed that is not a test that ran. */
export const oneFailure = (failure: string): TestTotals => ({ ...NO_TESTS, failed: 1, failures: [failure] });

const isReport = (value: unknown): value is JestReport =>
  typeof value === 'object' && value !== null && 'numPassedTests' in value && 'testResults' in value;

const parseReport = (text: string): JestReport | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isReport(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const failuresOf = (project: string, report: JestReport): readonly string[] =>
  report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, assertionResults, message }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      if (failed.length > 0) return failed.map(({ fullName }) => `${project}: ${fullName}`);
      const [firstLine = ''] = message
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
      return [`${project}: ${basename(name)} did not run: ${firstLine}`];
    });

/**
 * The totals of one project's report. A suite that could not run counts as a failure, and so does a report that says
 * "failed" without naming a test; `text` is undefined where the project wrote no report, which is a failure too.
 */
export const totalsOfReport = (project: string, text: string | undefined): TestTotals => {
  if (text === undefined) return oneFailure(`${project}: its tests did not run (no report was written)`);
  const report = parseReport(text);
  if (report === undefined) return oneFailure(`${project}: its test report cannot be read`);
  const counted = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const unnamed = counted === 0 && !report.success;
  return {
    passed: report.numPassedTests,
    failed: unnamed ? 1 : counted,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: unnamed ? [`${project}: Jest failed without naming a test`] : failuresOf(project, report),
  };
};

export const addTotals = (totals: readonly TestTotals[]): TestTotals => ({
  passed: totals.reduce((sum, { passed }) => sum + passed, 0),
  failed: totals.reduce((sum, { failed }) => sum + failed, 0),
  skipped: totals.reduce((sum, { skipped }) => sum + skipped, 0),
  failures: totals.flatMap(({ failures }) => failures),
});

/** The last line of `npm run check` and `npm test`, for people and for programs: `12 passed, 0 failed, 1 skipped`. */
export const closingLine = ({ passed, failed, skipped }: TestTotals): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
