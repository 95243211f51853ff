import { addTotals, closingLine, totalsOfReport } from './test-reports';

const report = (changes: object) =>
  JSON.stringify({
    success: true,
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    testResults: [],
    ...changes,
  });

const failingReport = report({
  success: false,
  numFailedTests: 1,
  numRuntimeErrorTestSuites: 1,
  numPendingTests: 2,
  testResults: [
    {
      name: '/x/deploy.spec.ts',
      status: 'failed',
      message: 'long text',
      assertionResults: [
        { fullName: 'deploy keeps the old release', status: 'failed' },
        { fullName: 'deploy works', status: 'passed' },
      ],
    },
    { name: '/x/broken.spec.ts', status: 'failed', message: '\n  Cannot find module\n at x', assertionResults: [] },
  ],
});

describe('test reports', () => {
  test('tests that failed and suites that could not run both count as failed, each with a line that names it', () => {
    expect(totalsOfReport('host', failingReport)).toEqual({
      passed: 3,
      failed: 2,
      skipped: 2,
      failures: ['host: deploy keeps the old release', 'host: broken.spec.ts did not run: Cannot find module'],
    });
  });

  test.each([
    ['a project that wrote no report', undefined, 'host: its tests did not run (no report was written)'],
    ['a report that is cut off', '{"numPassed', 'host: its test report cannot be read'],
    ['a report of something else', '[]', 'host: its test report cannot be read'],
  ])('%s is one failure', (_name, text, failure) => {
    expect(totalsOfReport('host', text)).toEqual({ passed: 0, failed: 1, skipped: 0, failures: [failure] });
  });

  test('a report that failed without a failed test is still a failure', () => {
    expect(totalsOfReport('host', report({ success: false }))).toMatchObject({ passed: 3, failed: 1 });
  });

  test('the closing line sums all projects and speaks of skipped tests only where there are some', () => {
    const good = totalsOfReport('errors', report({}));
    expect(closingLine(addTotals([good, good]))).toBe('6 passed, 0 failed');
    expect(closingLine(addTotals([good, totalsOfReport('host', failingReport)]))).toBe('6 passed, 2 failed, 2 skipped');
  });
});
