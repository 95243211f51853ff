import { execa } from 'execa';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadActions, type Actions } from './actions';
import { readCommands } from './command-files';
import { holds, textValue, textValues, type Contexts } from './evaluate';
import { maskIn } from './mask';
import type { RanJob } from './run-workflow';
import { mappingOf, type Job, type Mapping, type Step, type Workflow } from './workflow';

/** What stands in for an action of others: does what it comes to on this machine. */
export type StandIn = (input: {
  readonly workspace: string;
  readonly with: Readonly<Record<string, string>>;
}) => Promise<void>;

/** The machine on which a job runs. */
export interface Runner {
  /** Folder of the checkout. */
  readonly workspace: string;
  /** Folder for scripts and the files by which steps hand things on; outside of the checkout. */
  readonly temp: string;
  /** Environment of every step, besides what the workflow gives: `PATH`, `HOME` and what GitHub sets. */
  readonly env: Readonly<Record<string, string>>;
  /** By name without version: `actions/checkout`. */
  readonly actions: Readonly<Record<string, StandIn>>;
}

export interface RanStep {
  readonly title: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  /** What the log shows, with secrets masked. */
  readonly log: string;
}

interface State {
  readonly env: Record<string, string>;
  readonly steps: Record<string, { outputs: Readonly<Record<string, string>>; outcome: string; conclusion: string }>;
  readonly ran: RanStep[];
  failed: boolean;
}

/** Runs every step of a job, in order, with a real shell; after one that fails, only those whose `if` says so. */
export const runJob = async (
  { workflow, job, runner }: { readonly workflow: Workflow; readonly job: Job; readonly runner: Runner },
  contexts: Contexts,
): Promise<RanJob & { readonly ran: readonly RanStep[] }> => {
  const actions = await loadActions();
  for (const folder of [runner.temp, runner.workspace]) mkdirSync(folder, { recursive: true });
  const state: State = { env: {}, steps: {}, ran: [], failed: false };
  for (const step of job.steps) {
    const env = mergedEnv(actions, [workflow.env, job.env, state.env, step.env], { ...contexts, steps: state.steps });
    const seen: Contexts = { ...contexts, ...runnerContexts(runner), env, steps: state.steps };
    const standing = { succeeded: !state.failed, failed: state.failed, cancelled: false };
    const one = holds(actions, step.condition, { contexts: seen, standing })
      ? await runStep({ actions, step, runner, env, state }, seen)
      : { outcome: 'skipped' as const, log: '', outputs: {} };
    const log = maskIn(one.log, Object.values(textValues(actions, mappingOf(contexts['secrets']), {})));
    state.ran.push({ title: step.title, outcome: one.outcome, log });
    if (step.id !== undefined) {
      state.steps[step.id] = { outputs: one.outputs, outcome: one.outcome, conclusion: one.outcome };
    }
    state.failed ||= one.outcome === 'failure';
  }
  return { result: state.failed ? 'failure' : 'success', steps: state.steps, ran: state.ran };
};

interface StepInput {
  readonly actions: Actions;
  readonly step: Step;
  readonly runner: Runner;
  readonly env: Readonly<Record<string, string>>;
  readonly state: State;
}

type Outcome = Pick<RanStep, 'outcome' | 'log'> & { readonly outputs: Readonly<Record<string, string>> };

const runStep = (input: StepInput, contexts: Contexts): Promise<Outcome> =>
  input.step.run === undefined ? useAction(input, contexts) : runScript(input, contexts);

const useAction = async ({ actions, step, runner }: StepInput, contexts: Contexts): Promise<Outcome> => {
  const name = step.uses?.replace(/@.*/, '') ?? '';
  const standIn = runner.actions[name];
  if (standIn === undefined) throw new Error(`Nothing stands in for ${name}.`);
  await standIn({ workspace: runner.workspace, with: textValues(actions, step.with, contexts) });
  return { outcome: 'success', log: '', outputs: {} };
};

const runScript = async ({ actions, step, runner, env, state }: StepInput, contexts: Contexts): Promise<Outcome> => {
  const file = (name: string) => join(runner.temp, `${state.ran.length}-${name}`);
  const files = { GITHUB_OUTPUT: file('output'), GITHUB_ENV: file('env'), GITHUB_STEP_SUMMARY: file('summary') };
  Object.values(files).forEach((path) => appendFileSync(path, ''));
  writeFileSync(file('script.sh'), textValue(actions, step.run ?? '', contexts));
  const { exitCode, all } = await execa('bash', ['-e', file('script.sh')], {
    cwd: runner.workspace,
    extendEnv: false,
    env: { ...runner.env, RUNNER_TEMP: runner.temp, ...env, ...files },
    stdin: 'ignore',
    all: true,
    reject: false,
  });
  Object.assign(state.env, readCommands(readFileSync(files.GITHUB_ENV, 'utf8')));
  const outputs = readCommands(readFileSync(files.GITHUB_OUTPUT, 'utf8'));
  return { outcome: exitCode === 0 ? 'success' : 'failure', log: all, outputs };
};

/** Later ones win; each may look at those before it. */
const mergedEnv = (
  actions: Actions,
  layers: readonly Mapping[],
  contexts: Contexts,
): Readonly<Record<string, string>> =>
  layers.reduce<Record<string, string>>(
    (env, layer) => ({ ...env, ...textValues(actions, layer, { ...contexts, ...runnerContexts(), env }) }),
    {},
  );

const runnerContexts = (runner?: Runner): Contexts => ({
  runner: { os: 'Linux', temp: runner?.temp ?? '' },
  job: { status: 'success' },
});
