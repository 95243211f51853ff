import { workflowPath } from '../testing/workflows';
import { isTriggered, runWorkflow, type JobResult, type Trigger } from './run-workflow';
import { readWorkflow, type Job } from './workflow';

const push: Trigger = { github: { event_name: 'push', ref: 'refs/heads/main', sha: 'abc123f' } };
const dispatch: Trigger = {
  github: { event_name: 'workflow_dispatch', ref: 'refs/heads/main' },
  inputs: { sha: 'abc123f', reason: 'slow' },
};

/** Outputs of the deploy job's steps. */
const deployed = (before: string, images: string) => ({
  before: { outputs: { commit: before } },
  images: { outputs: { projects: images } },
});

/** Takes the decisions of a workflow where the jobs named come to these results, all others to success. */
const decide = async (
  file: string,
  trigger: Trigger,
  {
    results = {},
    steps = deployed('fedcba9', 'vm-agent'),
  }: { results?: Record<string, JobResult>; steps?: ReturnType<typeof deployed> } = {},
) =>
  runWorkflow({
    workflow: await readWorkflow(workflowPath(file)),
    trigger,
    runJob: async ({ id }: Job) => ({ result: results[id] ?? 'success', steps: id === 'deploy' ? steps : {} }),
  });

describe('what happens on a push', () => {
  it('to main: everything in order, and nothing goes back', async () => {
    expect(isTriggered(await readWorkflow(workflowPath('deploy.yml')), push)).toBe(true);
    const results = await decide('deploy.yml', push);
    expect(results).toEqual({
      verify: 'success',
      approval: 'success',
      deploy: 'success',
      'golden-image': 'success',
      health: 'success',
      rollback: 'skipped',
    });
    expect(Object.keys(results)).toEqual(['verify', 'approval', 'deploy', 'golden-image', 'health', 'rollback']);
  });

  it('to main, with no golden image affected: none is built, and the checks run all the same', async () => {
    const results = await decide('deploy.yml', push, { steps: deployed('fedcba9', '') });
    expect(results).toMatchObject({ 'golden-image': 'skipped', health: 'success', rollback: 'skipped' });
  });

  it('to another branch: nothing, and no job would deploy if it did', async () => {
    const elsewhere = { github: { ...push.github, ref: 'refs/heads/feature' } };
    for (const file of ['ci.yml', 'deploy.yml', 'rollback.yml']) {
      expect(isTriggered(await readWorkflow(workflowPath(file)), elsewhere)).toBe(false);
    }
    expect(new Set(Object.values(await decide('deploy.yml', elsewhere)))).toEqual(new Set(['skipped']));
  });

  it('to a tag called main: no deploy', async () => {
    const tag = { github: { ...push.github, ref: 'refs/tags/main' } };
    expect(new Set(Object.values(await decide('deploy.yml', tag)))).toEqual(new Set(['skipped']));
  });

  it.each(['verify', 'approval'])('where %s fails: nothing is deployed', async (job) => {
    const results = await decide('deploy.yml', push, { results: { [job]: 'failure' } });
    expect(results).toMatchObject({
      deploy: 'skipped',
      'golden-image': 'skipped',
      health: 'skipped',
      rollback: 'skipped',
    });
  });

  it('where the deploy fails: it took itself back, and nothing else goes back', async () => {
    const results = await decide('deploy.yml', push, { results: { deploy: 'failure' } });
    expect(results).toMatchObject({ 'golden-image': 'skipped', health: 'skipped', rollback: 'skipped' });
  });

  it('where the health check fails: the rollback runs', async () => {
    const results = await decide('deploy.yml', push, { results: { health: 'failure' } });
    expect(results).toMatchObject({ deploy: 'success', rollback: 'success' });
  });

  it('where the health check fails after a deploy without an image: the rollback runs', async () => {
    const results = await decide('deploy.yml', push, {
      results: { health: 'failure' },
      steps: deployed('fedcba9', ''),
    });
    expect(results).toMatchObject({ 'golden-image': 'skipped', rollback: 'success' });
  });

  it('where the golden image fails: nothing is asked for its health, and the rollback runs', async () => {
    const results = await decide('deploy.yml', push, { results: { 'golden-image': 'failure' } });
    expect(results).toMatchObject({ health: 'skipped', rollback: 'success' });
  });

  it('where the first deploy ever fails its checks: there is nothing to go back to', async () => {
    const results = await decide('deploy.yml', push, { results: { health: 'failure' }, steps: deployed('', '') });
    expect(results).toMatchObject({ rollback: 'skipped' });
  });

  it('that is cancelled after its deploy: what is live stays', async () => {
    const results = await decide('deploy.yml', push, { results: { health: 'cancelled' } });
    expect(results).toMatchObject({ rollback: 'skipped' });
  });
});

describe('what happens on a dispatched rollback', () => {
  it('by a maintainer: it goes back', async () => {
    expect(isTriggered(await readWorkflow(workflowPath('rollback.yml')), dispatch)).toBe(true);
    expect(await decide('rollback.yml', dispatch)).toEqual({ maintainer: 'success', rollback: 'success' });
  });

  it('by somebody else: it is refused before it may reach production', async () => {
    const results = await decide('rollback.yml', dispatch, { results: { maintainer: 'failure' } });
    expect(results).toEqual({ maintainer: 'failure', rollback: 'skipped' });
  });

  it('from another branch: it is refused', async () => {
    const elsewhere = { ...dispatch, github: { ...dispatch.github, ref: 'refs/heads/feature' } };
    expect(await decide('rollback.yml', elsewhere)).toEqual({ maintainer: 'skipped', rollback: 'skipped' });
  });
});

describe('what happens on a pull request', () => {
  it('to main: lint, test and build, and none of its jobs has secrets', async () => {
    const workflow = await readWorkflow(workflowPath('ci.yml'));
    const pull: Trigger = { github: { event_name: 'pull_request', ref: 'refs/pull/1/merge' } };
    expect(Object.keys(workflow.on)).toEqual([pull.github.event_name]);
    expect(await decide('ci.yml', pull)).toEqual({ check: 'success' });
    expect(workflow.text).not.toContain('secrets.');
  });
});
