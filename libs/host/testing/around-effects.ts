import { RemoteShell } from '../src/shell/remote-shell';

/** What a trial wants to do around the effects of this process on hosts; effects are numbered from 1. */
export interface AroundEffects {
  readonly before?: (number: number) => Promise<void>;
  /** `name` is the program that ran, or the file that was written. */
  readonly after?: (number: number, name: string) => Promise<void>;
}

/** An effect is a command or a file written through a locked shell; everything else of this process stays as it is. */
export const aroundEffects = ({ before, after }: AroundEffects): void => {
  let count = 0;
  const around = <Arguments extends unknown[], Result>(
    name: (...args: Arguments) => string,
    original: (this: RemoteShell, ...args: Arguments) => Promise<Result>,
  ) =>
    async function (this: RemoteShell, ...args: Arguments): Promise<Result> {
      const number = (count += 1);
      await before?.(number);
      const result = await original.apply(this, args);
      await after?.(number, name(...args));
      return result;
    };
  const { run, writeFile } = RemoteShell.prototype;
  RemoteShell.prototype.run = around((argv) => argv[0], run);
  RemoteShell.prototype.writeFile = around((path) => path.split('/').at(-1) ?? path, writeFile);
};
