import { mustRun } from '@polydev/host';
import type { Progress } from '@polydev/runbook';
import { targetLayout } from '../../layout';
import { program } from '../../programs';
import { waitForBefore } from '../../health/before';
import { assertBeforeStarts, assertStarts } from '../../signatures/started';
import type { DeployContext } from '../context';
import { previousEnvironment } from './commands';
import { runRestart } from './start';

export const adoptSkipped = ({ plan }: DeployContext) =>
  plan.before.kind === 'directory' && plan.shared.length > 0 ? undefined : 'no directory to adopt';

/** Moves declared files of the directory that is being adopted to where they are shared; it keeps links to them. */
export const adoptShared = async (context: DeployContext): Promise<void> => {
  const { plan, note } = context;
  const { stdout } = await moveShared(context, 'forth');
  for (const copied of stdout.split('\n').filter(Boolean)) {
    note(`${copied} was copied, not moved: ${plan.path} lies on another file system than ${plan.stateDir}.`);
  }
};

export const giveSharedBack = async (context: DeployContext): Promise<void> => {
  await moveShared(context, 'back');
};

const moveShared = ({ plan, shell }: DeployContext, way: 'forth' | 'back') => {
  const layout = targetLayout(plan.stateDir, plan.target);
  const entries = plan.shared.map(({ path }) => path);
  return mustRun(
    shell,
    program('adopt-shared', way, plan.path, layout.shared, layout.copied(plan.release), ...entries),
  );
};

/** Nothing to do forward: this step stands here for its undo. */
export const keepTheWayBack = ({ plan }: DeployContext): Promise<string> => {
  switch (plan.before.kind) {
    case 'nothing':
      return Promise.resolve('nothing serves yet');
    case 'directory':
      return Promise.resolve(`the directory at ${plan.path} becomes release ${plan.before.adoptAs}`);
    case 'symlink':
      return Promise.resolve(plan.before.release ?? plan.before.link);
  }
};

/**
 * Runs after the path points back: restarts what served, and sees it healthy. Also where only the swap, or placing its secrets, had been begun: a process that
 * ended in that moment was started again by its supervisor from what is taken back.
 */
export const restartPrevious = async (context: DeployContext, progress: Progress): Promise<string> => {
  const { plan, shell } = context;
  const touched = progress.started('swap') || progress.started('place secrets');
  if (!touched || !plan.restart) return 'the service was not restarted';
  const env = previousEnvironment(plan);
  const untouched = { ...context, signal: new AbortController().signal };
  if (plan.before.kind === 'nothing') {
    // There is nothing to start; the failed release must not go on running from a deleted directory.
    await runRestart(untouched, env).catch(() => undefined);
    return 'nothing served before';
  }
  await runRestart(untouched, env);
  return waitForBefore(shell.host, plan);
};

/** Points the path at the release by one rename; a real directory there changes places with the symlink. */
export const swap = async (context: DeployContext): Promise<string | undefined> => {
  const { plan, shell, note } = context;
  const layout = targetLayout(plan.stateDir, plan.target);
  if (plan.slots === undefined) await assertStarts(context);
  const adopted = plan.before.kind === 'directory' ? layout.release(plan.before.adoptAs) : '';
  const { stdout } = await mustRun(shell, program('swap', plan.path, layout.release(plan.release), adopted));
  const [outcome = '', uptime = ''] = stdout.split('\n');
  context.swappedAt = Number(uptime);
  if (outcome === 'adopted with a gap') {
    note(`For a moment ${plan.path} did not exist: its file system cannot exchange two names.`);
  }
  return outcome === 'swapped' ? undefined : outcome;
};

export const swapBack = async (context: DeployContext): Promise<void> => {
  const { plan, shell } = context;
  if (plan.slots === undefined) await assertBeforeStarts(context);
  const layout = targetLayout(plan.stateDir, plan.target);
  const before = {
    nothing: () => '',
    symlink: () => (plan.before.kind === 'symlink' ? plan.before.link : ''),
    directory: () => (plan.before.kind === 'directory' ? layout.release(plan.before.adoptAs) : ''),
  }[plan.before.kind]();
  await mustRun(shell, program('swap-back', plan.path, layout.release(plan.release), plan.before.kind, before));
};
