import { RemoteShell } from '../src/shell/remote-shell';
import { aroundEffects } from './around-effects';

/** A moment in a run: just before or just after the effect of that number (from 1) on a host. */
export type KillMoment =
  | { readonly effect: number; readonly when: 'before' | 'after' }
  /** Once a line that holds this text has been appended to a file. */
  | { readonly line: string };

/**
 * Makes this process kill itself, as `kill -9` does, at an effect on a host: a command or a file written through a locked
 * shell. Without a moment it only counts; `onEffect` hears of each effect when it is over. Everything else is as it is.
 */
export const killAtEffect = (moment: KillMoment | undefined, onEffect: (name: string) => void): void => {
  const die = (): Promise<never> => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  };
  const isNow = (effect: number, when: 'before' | 'after') =>
    moment !== undefined && 'effect' in moment && moment.effect === effect && moment.when === when;
  aroundEffects({
    before: async (number) => {
      if (isNow(number, 'before')) await die();
    },
    after: async (number, name) => {
      onEffect(name);
      if (isNow(number, 'after')) await die();
    },
  });
  const { append } = RemoteShell.prototype;
  RemoteShell.prototype.append = async function (this: RemoteShell, path: string, line: string): Promise<void> {
    await append.call(this, path, line);
    if (moment !== undefined && 'line' in moment && line.includes(moment.line)) await die();
  };
};
