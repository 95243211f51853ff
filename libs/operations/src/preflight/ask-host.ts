import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { answerOf } from '../deploy/state';
import { lockHolder, type LockHolderNote } from '../lock/lock-holder';
import { targetLayout } from '../layout';
import { program } from '../programs';
import { placesOf, questionsFor, wordOf, type Question } from './questions';

/** What one host has of what a deploy needs. */
export interface HostFacts {
  readonly absent: readonly Question[];
  /** What would be written and may not be, with what the system says. */
  readonly denied: readonly { readonly path: string; readonly why: string }[];
  /** Paths of targets that no rename can move: another file system lies there, or a sticky directory forbids it. */
  readonly fixed: readonly { readonly path: string; readonly why: 'mount' | 'sticky' }[];
  /** In the order of the targets. */
  readonly targets: readonly TargetSpace[];
  readonly disks: readonly Disk[];
}

/** Where a target's releases lie, and what the live one takes there. */
export interface TargetSpace {
  readonly device: number;
  readonly live: { readonly bytes: number; readonly files: number } | null;
}

/** What is free on a file system, for the user we log in as; null where it counts none. */
export interface Disk {
  readonly device: number;
  /** A directory on it. */
  readonly at: string;
  readonly bytes: number | null;
  readonly files: number | null;
}

/** Asks a host for all that the deploys of these targets need. Looks only. */
export const askHost = async (
  host: Host,
  stateDir: string,
  { targets, questions = questionsFor(targets) }: { targets: readonly TargetConfig[]; questions?: readonly Question[] },
): Promise<HostFacts> => {
  const command = program('preflight', ...placesOf(stateDir, targets), ...questions.map(wordOf));
  const answer = await answerOf<Omit<HostFacts, 'absent'> & { absent: readonly string[] }>(host, host.exec(command));
  return { ...answer, absent: questions.filter((question) => answer.absent.includes(wordOf(question))) };
};

export interface HeldLock extends LockHolderNote {
  readonly target: string;
}

/** Locks of the targets that somebody holds. */
export const askLocks = async (
  host: Host,
  stateDir: string,
  targets: readonly TargetConfig[],
): Promise<readonly HeldLock[]> => {
  const holders = await Promise.all(targets.map(({ name }) => lockHolder(host, targetLayout(stateDir, name).lock)));
  return holders.flatMap((holder, index) => (holder ? [{ target: targets[index]?.name ?? '', ...holder }] : []));
};

/** A host's clock as it was read, and ours before and after. Milliseconds since 1970. */
export interface ClockReading {
  readonly asked: number;
  readonly host: number;
  readonly answered: number;
}

export const askClock = async (host: Host): Promise<ClockReading> => {
  const asked = Date.now();
  const { stdout } = await host.exec(['date', '+%s%3N']);
  return { asked, host: Number(stdout), answered: Date.now() };
};
