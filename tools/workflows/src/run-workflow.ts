import { loadActions } from './actions';
import { holds, textValues, type Contexts } from './evaluate';
import { listOf, mappingOf, type Job, type Mapping, type Value, type Workflow } from './workflow';

export type JobResult = 'success' | 'failure' | 'cancelled' | 'skipped';

/** What a job that ran came to. `steps` has the outputs of its steps by their ids. */
export interface RanJob {
  readonly result: JobResult;
  readonly steps?: Readonly<Record<string, { readonly outputs: Readonly<Record<string, string>> }>>;
}

/** What begins a run, as the `github`, `inputs`, `vars` and `secrets` contexts have it. */
export interface Trigger {
  readonly github: Mapping & { readonly event_name: string; readonly ref: string };
  readonly inputs?: Mapping;
  readonly vars?: Mapping;
  readonly secrets?: Mapping;
}

export interface RunWorkflowInput {
  readonly workflow: Workflow;
  readonly trigger: Trigger;
  /** Runs a job whose turn it is. */
  readonly runJob: (job: Job, contexts: Contexts) => Promise<RanJob>;
}

/** Whether GitHub would begin a run: the event is one of the workflow's, and so is the branch. */
export const isTriggered = ({ on }: Workflow, { github: { event_name: event, ref } }: Trigger): boolean => {
  if (!(event in on)) return false;
  const branches = mappingOf(on[event])['branches'];
  return branches === undefined || listOf(branches).includes(ref.replace('refs/heads/', ''));
};

/**
 * Takes the jobs in the order of their `needs`, evaluates each `if`, and runs those whose turn it is, one at a time.
 * Returns the result of every job.
 */
export const runWorkflow = async ({
  workflow,
  trigger,
  runJob,
}: RunWorkflowInput): Promise<Readonly<Record<string, JobResult>>> => {
  const actions = await loadActions();
  const { github, inputs = {}, vars = {}, secrets = {} } = trigger;
  const ran = new Map<string, { readonly result: JobResult; readonly outputs: Mapping }>();
  for (const job of inOrder(workflow.jobs)) {
    const ancestors = ancestorsOf(job, workflow.jobs).map((id) => ran.get(id)?.result);
    const needs: Value = Object.fromEntries(job.needs.map((id) => [id, ran.get(id) ?? {}]));
    const contexts = { github, inputs, vars, needs };
    const standing = {
      succeeded: ancestors.every((result) => result === 'success'),
      failed: ancestors.includes('failure'),
      cancelled: ancestors.includes('cancelled'),
    };
    if (!holds(actions, job.condition, { contexts, standing })) {
      ran.set(job.id, { result: 'skipped', outputs: {} });
      continue;
    }
    const { result, steps = {} } = await runJob(job, { ...contexts, secrets });
    ran.set(job.id, { result, outputs: textValues(actions, job.outputs, { ...contexts, steps }) });
  }
  return Object.fromEntries([...ran].map(([id, { result }]) => [id, result]));
};

/** Jobs after those that they need, otherwise as they stand. */
const inOrder = (jobs: readonly Job[]): readonly Job[] => {
  const ordered = new Set<Job>();
  const add = (job: Job): void => {
    jobs.filter(({ id }) => job.needs.includes(id)).forEach(add);
    ordered.add(job);
  };
  jobs.forEach(add);
  return [...ordered];
};

const ancestorsOf = (job: Job, jobs: readonly Job[]): readonly string[] => [
  ...new Set(
    job.needs.flatMap((id) => [id, ...jobs.filter((one) => one.id === id).flatMap((one) => ancestorsOf(one, jobs))]),
  ),
];
