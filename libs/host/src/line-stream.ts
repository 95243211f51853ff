import { Writable } from 'node:stream';

/** Takes a command's output as it comes ({@link ShellRunOptions.stdout}) and calls back for each whole line, as UTF-8. */
export const lineStream = (each: (line: string) => void): Writable => {
  const decoder = new TextDecoder();
  let rest = '';
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(each);
      done();
    },
  });
};
