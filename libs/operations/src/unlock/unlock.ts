import { lockNotBroken } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { DeploymentPart } from '@polydev/contract';
import { UNTOUCHED } from '../audit/append';
import type { EntryFacts } from '../audit/auditor';
import { recordOnHosts } from '../audit/record-in-audit';
import { withHosts } from '../connect';
import { hostJournal } from '../deploy/journal';
import { answerOf, readState } from '../deploy/state';
import { targetLayout } from '../layout';
import type { Unlocked, UnlockInput } from '../operations';
import { program } from '../programs';
import { openWhenFree, PATIENT } from '../record/lock';
import { readOpenDeployments, writePart } from '../record/parts';
import { isUnfinished } from '../recover/recover';

/** Seconds that a process is given to end by itself. */
const PATIENCE = '3';
const ONLY_ASK = '';

/**
 * Ends every process that holds a target's lock, on every host of its environment, and writes who did so, and why, into
 * the journal and into the record of the deployment that was under way. Throws LOCK_NOT_BROKEN where one is left.
 */
export const unlockTarget = (input: UnlockInput): Promise<readonly Unlocked[]> =>
  withHosts(input.environment, input.signal, (hosts) => Promise.all(hosts.map((host) => unlockOn(host, input))));

const unlockOn = async (host: Host, input: UnlockInput): Promise<Unlocked> => {
  const { environment, target } = input;
  const { lock } = targetLayout(environment.stateDir, target.name);
  if ((await breakLock(host, lock, ONLY_ASK)).held) await auditUnlock(host, input, { result: 'begun' });
  const answer = await breakLock(host, lock, PATIENCE);
  const ended = answer.ended.length === 0 ? {} : { before: `held by ${answer.ended.join(', ')}` };
  if (answer.left) {
    await auditUnlock(host, input, { ...ended, result: 'failed' });
    throw lockNotBroken({ target: target.name, host: host.name, lock, ended: answer.ended });
  }
  const run = answer.held ? await writeDown(host, input, answer.ended) : undefined;
  if (answer.held) {
    const cut = run === undefined ? {} : { deployment: run };
    await auditUnlock(host, input, { ...ended, ...cut, after: 'free', result: 'succeeded' });
  }
  return {
    host: host.name,
    held: answer.held,
    ended: answer.ended,
    ...(run === undefined ? {} : { interrupted: run }),
  };
};

/** Not through a shell, as everything else that changes a host: the lock that guards shells is what is in the way. */
const breakLock = (
  host: Host,
  lock: string,
  patience: string,
): Promise<{ held: boolean; ended: readonly string[]; left: boolean }> =>
  answerOf(host, host.exec(program('unlock', lock, patience)));

/** Under the lock of the records, as the target's own is in the way until it is broken. */
const auditUnlock = async (
  host: Host,
  { environment, auditor, by, reason, target }: UnlockInput,
  facts: Pick<EntryFacts, 'before' | 'after' | 'deployment' | 'result'>,
): Promise<void> => {
  const entry: EntryFacts = { action: 'lock-broken', target: target.name, host: host.name, reason, ...facts };
  const state = facts.result === 'begun' ? UNTOUCHED : 'What was done to the lock stays.';
  await recordOnHosts([host], entry, { environment, auditor, by, state });
};

/** Returns the run that was cut off, if one was. */
const writeDown = async (host: Host, input: UnlockInput, ended: readonly string[]): Promise<string | undefined> => {
  const { environment, target, by, reason } = input;
  const layout = targetLayout(environment.stateDir, target.name);
  const { lastRun } = await readState(host, environment.stateDir, target);
  const run = isUnfinished(lastRun) ? lastRun.run : undefined;
  const at = new Date().toISOString();
  const head = { id: run ?? 'unlock', by, startedAt: at };
  const shell = await openWhenFree(host, { target: target.name, lockFile: layout.lock, head, tries: PATIENT });
  if (shell === undefined) throw lockNotBroken({ target: target.name, host: host.name, lock: layout.lock, ended });
  try {
    await hostJournal(shell, layout.journal).write({
      event: 'unlocked',
      run: run ?? '',
      at,
      by,
      reason,
      ended: [...ended],
    });
    const open = await readOpenDeployments(host, environment.stateDir);
    const parts = open.find(({ id }) => id === run)?.parts ?? [];
    const part = parts.find((one) => one.part.target === target.name);
    if (part) await writePart([shell], environment.stateDir, noted(part, `${by} broke the lock at ${at}: ${reason}`));
    return run;
  } finally {
    await shell.release().catch(() => undefined);
  }
};

const noted = ({ head, part }: DeploymentPart, note: string): DeploymentPart => ({
  head,
  part: { ...part, hosts: part.hosts.map((host) => ({ ...host, notes: [...host.notes, note] })) },
});
