/** The load client as a program: settings as its argument, a command a line on its input, an event a line on its output. */
import { createInterface } from 'node:readline';
import type { LoadCommand, LoadSettings } from './kinds';
import { runLoad } from './run-load';

const load = runLoad(JSON.parse(process.argv[2] ?? '') as LoadSettings);
const print = (event: unknown, then?: () => void): void =>
  void process.stdout.write(`${JSON.stringify(event)}\n`, then);

const stop = async (): Promise<void> => {
  const report = await load.stop();
  print({ event: 'report', report }, () => process.exit(0));
};

const obey = (command: LoadCommand): void => {
  switch (command.do) {
    case 'mark':
      load.mark(command.name);
      return print({ event: 'marked' });
    case 'unmark':
      return load.unmark();
    case 'stop':
      return void stop();
  }
};

const lines = createInterface({ input: process.stdin });
let stopping = false;
lines.on('line', (line) => {
  const command = JSON.parse(line) as LoadCommand;
  stopping ||= command.do === 'stop';
  obey(command);
});
// Whoever started it is gone: nobody would hear the report.
lines.on('close', () => {
  if (!stopping) process.exit(1);
});
print({ event: 'started' });
