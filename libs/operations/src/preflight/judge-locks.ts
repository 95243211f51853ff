import { lockHeld } from '@polydev/errors';
import type { Finding } from '../operations';
import type { HeldLock } from './ask-host';
import { findingOf } from './finding';

/** Locks of the run's targets that somebody holds: the deploys would be refused one by one. Pure. */
export const judgeLocks = (host: string, held: readonly HeldLock[]): readonly Finding[] =>
  held.map((lock) =>
    findingOf(
      lockHeld({ host, ...lock }),
      host,
      `A lock whose deployer has died is free within a minute; \`nx run ${lock.target}:unlock --reason=…\` breaks one that stays.`,
    ),
  );
