import type { Host } from '@polydev/host';
import { answerOf } from '../deploy/state';
import { program } from '../programs';

/** Who holds a lock, as far as the note beside it tells: it may be missing, or older than the lock. */
export interface LockHolderNote {
  /** `user@machine`; with the machine after `from` where the name does not say it. */
  readonly by?: string;
  readonly since?: string;
  readonly deployment?: string;
}

/** Who holds the lock on a host; undefined when nobody does. Asking is in nobody's way. */
export const lockHolder = async (host: Host, lockFile: string): Promise<LockHolderNote | undefined> => {
  const answer = await answerOf<{ held: boolean; holder: string | null }>(host, host.exec(program('holder', lockFile)));
  return answer.held ? readNote(answer.holder ?? '') : undefined;
};

const readNote = (text: string): LockHolderNote => {
  const { by, from, since, deployment } = parse(text);
  return {
    ...(typeof by === 'string' && { by: typeof from === 'string' && !by.includes(from) ? `${by} from ${from}` : by }),
    ...(typeof since === 'string' && { since }),
    ...(typeof deployment === 'string' && { deployment }),
  };
};

const parse = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};
