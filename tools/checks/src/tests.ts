import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inLanes } from './in-lanes';
import { readLines, runCommand } from './run-command';
import { TURN, turnOf } from './turns';
import { addTotals, NO_TESTS, oneFailure, totalsOfReport, type TestTotals } from './test-reports';

const REPORTS = join('reports', 'tests');

/** Names of the projects that have a task, or undefined (with the reason printed) where Nx cannot tell. */
const projectsWith = async (root: string, task: string): Promise<readonly string[] | undefined> => {
  try {
    return await readLines(root, ['nx', 'show', 'projects', '--withTarget', task]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
};

const readReport = (root: string, project: string): string | undefined => {
  const file = join(root, REPORTS, `${project}.json`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

/** A command that failed though no report tells of it failed all the same: after its tests, or beside them. */
const withEnd = (totals: TestTotals, what: string, endedWell: boolean): TestTotals =>
  endedWell || totals.failed > 0
    ? totals
    : addTotals([totals, oneFailure(`${what} ended with an error, though no test of theirs failed; it is told above`)]);

/** Runs the tests of the named projects, of all where none is named, and returns what they came to. A project whose report is missing counts as failed. */
export const runTests = async (root: string, named: readonly string[] = []): Promise<TestTotals> => {
  rmSync(join(root, REPORTS), { recursive: true, force: true });
  const all = await projectsWith(root, 'test');
  if (all === undefined) return oneFailure('Nx could not read the workspace, so that no test was run');
  const unknown = named.filter((name) => !all.includes(name));
  if (unknown.length > 0) return oneFailure(`No project with tests is called ${unknown.join(', ')}`);
  const projects = named.length > 0 ? named : all;
  if (projects.length === 0) return oneFailure('No project has tests');
  const argv = ['nx', 'run-many', '-t', 'test', '-p', projects.join(','), '--output-style=static'] as const;
  const endedWell = await runCommand(root, argv);
  const totals = addTotals(projects.map((project) => totalsOfReport(project, readReport(root, project))));
  return withEnd(totals, 'the tests', endedWell);
};

/** Projects whose trials take the longest: begun last, they would run on alone. */
const LONGEST_FIRST = ['e2e', 'trials', 'nx-deploy'];

/** Each has up to two files going: more at once would only make all of them slow. */
const TRIALS_AT_ONCE = 2;

/** Runs one project's trials and prints what they printed once they have ended, since others run beside them. */
const runTrial = (root: string, project: string, turn: string): Promise<boolean> =>
  runCommand(root, ['env', `${TURN}=${turn}`, 'nx', 'run', `${project}:trial`, '--output-style=static'], (text) => {
    console.log(text);
  });

/**
 * Runs the trials, the longest first, and returns what they came to; none where no project has any. Says which were left out
 * because it is the turn of others.
 */
export const runTrials = async (root: string): Promise<TestTotals> => {
  const turn = turnOf(root);
  if (turn) console.log(turn.says);
  const found = await projectsWith(root, 'trial');
  if (found === undefined) return oneFailure('Nx could not read the workspace, so that no trial was run');
  const projects = [
    ...LONGEST_FIRST.filter((name) => found.includes(name)),
    ...found.filter((name) => !LONGEST_FIRST.includes(name)),
  ];
  if (projects.length === 0) return NO_TESTS;
  const reports = projects.map((project) => [project, `${project}-trials`] as const);
  for (const [, report] of reports) rmSync(join(root, REPORTS, `${report}.json`), { force: true });
  const endedWell = await inLanes(TRIALS_AT_ONCE, projects, (project) => runTrial(root, project, turn?.turn ?? ''));
  return addTotals(
    reports.map(([project, report], index) =>
      withEnd(totalsOfReport(report, readReport(root, report)), `the trials of ${project}`, endedWell[index] === true),
    ),
  );
};
