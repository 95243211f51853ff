import { RemoteShell } from '../src/shell/remote-shell';

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
  let count = 0;
  const die = (): Promise<never> => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  };
  const around = <Arguments extends unknown[], Result>(
    name: (...args: Arguments) => string,
    original: (this: RemoteShell, ...args: Arguments) => Promise<Result>,
  ) =>
    async function (this: RemoteShell, ...args: Arguments): Promise<Result> {
      count += 1;
      const own = moment !== undefined && 'effect' in moment && count === moment.effect;
      if (own && moment.when === 'before') await die();
      const result = await original.apply(this, args);
      onEffect(name(...args));
      if (own) await die();
      return result;
    };
  const { run, writeFile, append } = RemoteShell.prototype;
  RemoteShell.prototype.run = around((argv) => argv[0], run);
  RemoteShell.prototype.append = async function (this: RemoteShell, path: string, line: string): Promise<void> {
    await append.call(this, path, line);
    if (moment !== undefined && 'line' in moment && line.includes(moment.line)) await die();
  };
  RemoteShell.prototype.writeFile = around((path) => path.split('/').at(-1) ?? path, writeFile);
};
