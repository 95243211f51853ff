import type { AuditAction, AuditLine } from '../log/entry';
import { problem, type Problem } from './problem';

/**
 * Entries of one log that say that something began, and after which no entry says how it ended: it is under way, or its
 * deployer died. What moved a target last ends whatever was begun to move it before; of anything else, its own kind does. Pure.
 */
export const unfinishedEntries = (entries: readonly AuditLine[]): readonly AuditLine[] =>
  entries.filter(
    (entry, index) =>
      entry.result === 'begun' &&
      !entries.slice(index + 1).some((later) => later.result !== 'begun' && isOfSame(entry, later)),
  );

const isOfSame = (begun: AuditLine, later: AuditLine): boolean =>
  begun.target === later.target &&
  (begun.action === later.action || (MOVES.has(begun.action) && MOVES.has(later.action)));

/** What moves a target from release to release: the end of any of them is what became of it. */
const MOVES: ReadonlySet<AuditAction> = new Set(['deploy', 'rollback', 'recover']);

/** The same, as problems. Pure. */
export const unfinishedProblems = (entries: readonly AuditLine[]): readonly Problem[] =>
  unfinishedEntries(entries).map(({ seq, action, target, deployment, at }) =>
    problem(
      'unfinished',
      `Entry ${seq} (${[action, deployment, target && `of ${target}`].filter(Boolean).join(' ')}) was begun on ${at}, and nothing says how it ended: it is under way, or its deployer died.`,
    ),
  );
