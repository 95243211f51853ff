import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOpsError, sandboxCommandUnknown, sandboxNotRunning } from '@polydev/errors';
import { lastLines } from '../daemon/log';
import { locate } from '../layout';
import { startSandbox } from '../start';
import { sandboxStatus } from '../status';
import { stopSandbox } from '../stop';
import { parseCommandLine, type CommandLine } from './arguments';
import { serveRealHosts } from './real-hosts';
import { processes, statusText } from './status-text';

const json = (value: unknown) => JSON.stringify(value, undefined, 2);

async function start(line: CommandLine): Promise<string> {
  const { sandbox, started, unitsStarted, leftoversEnded } = await startSandbox(line);
  if (line.json) return json({ sandbox, started, unitsStarted, leftoversEnded });
  const before = leftoversEnded > 0 ? [`sandbox: ended ${processes(leftoversEnded)} that an earlier run had left`] : [];
  const again = unitsStarted.length > 0 ? `; started what did not run: ${unitsStarted.join(', ')}` : '';
  return [...before, started ? 'sandbox: started' : `sandbox: runs already${again}`, statusText(sandbox)].join('\n');
}

async function stop(line: CommandLine): Promise<string> {
  const { directory, wasRunning, leftoversEnded } = await stopSandbox(line.directory);
  if (line.json) return json({ directory, wasRunning, leftoversEnded });
  const ended = leftoversEnded > 0 ? `; ended ${processes(leftoversEnded)} that an earlier run had left` : '';
  return `sandbox: ${wasRunning ? 'stopped' : 'was not running'}${ended}. What was deployed stays in ${directory}.`;
}

async function status(line: CommandLine): Promise<string> {
  const result = await sandboxStatus(line.directory);
  return line.json ? json(result) : statusText(result);
}

function logs({ directory, unit, lines }: CommandLine): string {
  const layout = locate(directory);
  if (!existsSync(layout.daemonLog)) throw sandboxNotRunning(directory);
  const units = readdirSync(layout.logs).flatMap((name) => /^(.+)\.log$/.exec(name)?.[1] ?? []);
  if (unit !== undefined && !units.includes(unit))
    throw sandboxCommandUnknown(`The sandbox has no log of "${unit}"; it has: ${units.join(', ') || 'none yet'}.`);
  const file = unit === undefined ? layout.daemonLog : join(layout.logs, `${unit}.log`);
  return [...lastLines(file, lines), `(${file})`].join('\n');
}

function run(line: CommandLine): string | Promise<string> {
  switch (line.verb) {
    case 'start':
      return start(line);
    case 'stop':
      return stop(line);
    case 'status':
      return status(line);
    case 'logs':
      return logs(line);
    case 'real':
      return serveRealHosts(line);
  }
}

async function main(): Promise<void> {
  try {
    console.log(await run(parseCommandLine(process.argv.slice(2))));
  } catch (error) {
    if (!isOpsError(error)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    process.exitCode = 1;
  }
}

void main();
