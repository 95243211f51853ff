import { closeSync, rmSync, writeSync } from 'node:fs';
import { readDaemonFile } from '../daemon-file';
import { openLayout, type Layout } from '../layout';
import { isRunning } from '../processes';
import { sentenceOf } from '../sentence-of';
import { runDaemon, type Daemon } from './daemon';

// Descriptor 3 is the starter's: one line, `ready` or why not, then it is closed.
const READY_DESCRIPTOR = 3;
const WATCH_MS = 1_000;

const say = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

function isOwn(layout: Layout): boolean {
  const file = readDaemonFile(layout.daemonFile);
  return file?.pid === process.pid && isRunning(file);
}

let ending = false;

async function end(reason: string, layout: Layout, daemon: Daemon): Promise<void> {
  if (ending) return;
  ending = true;
  say(`stopping: ${reason}`);
  await daemon.stop();
  if (isOwn(layout)) rmSync(layout.daemonFile, { force: true });
  say('stopped');
  process.exit(0);
}

async function main(): Promise<void> {
  const [directory = '', ...options] = process.argv.slice(2);
  const layout = openLayout(directory);
  const daemon = await runDaemon(layout, { freePorts: options.includes('--free-ports'), say });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal, layout, daemon));
  process.on('SIGHUP', () => undefined);
  // A fault of ours must not leave services without a supervisor.
  process.on('uncaughtException', (error) => void end(`a fault: ${error.stack}`, layout, daemon));
  // A sandbox whose folder was deleted or moved away must not live on unseen.
  setInterval(() => void (isOwn(layout) || end('its folder is gone or another has it', layout, daemon)), WATCH_MS);
  say(`ready as process ${process.pid}`);
  writeSync(READY_DESCRIPTOR, 'ready\n');
  closeSync(READY_DESCRIPTOR);
}

main().catch((error: unknown) => {
  console.error(error);
  writeSync(READY_DESCRIPTOR, `${sentenceOf(error)}\n`);
  process.exit(1);
});
