import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { readEnvironmentFile } from '@polydev/secrets';
import { signalTo } from '../processes';
import { sentenceOf } from '../sentence-of';
import { openLog } from './log';
import type { NamedUnit, UnitDefinition } from './unit-definition';

/** How a unit's main process ended: its exit code, or the signal that ended it. */
export type UnitExit = { readonly code: number } | { readonly signal: NodeJS.Signals };

/** One run of a unit: its main process and the process group it leads. */
export interface UnitRun {
  readonly pid: number;
  readonly startedAt: Date;
  /** The working directory that the unit's path led to when it started. */
  readonly directory: string;
  readonly ended: Promise<UnitExit>;
  /** Its stop signal to the group, SIGKILL to what is left of it later; resolves when the main process has ended. */
  end(stop: StopSettings): Promise<void>;
}

/** How a unit is asked to end, and how long it may take. */
export type StopSettings = Pick<UnitDefinition, 'stopSignal' | 'stopTimeoutMs'>;

/** Where a unit's run gets what its definition does not say. */
export interface RunSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

async function exitOf(child: ChildProcess, pid: number): Promise<UnitExit> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // As systemd's KillMode=control-group: what the main process leaves behind ends with it.
  signalTo(-pid, 'SIGKILL');
  return signal ? { signal } : { code: code ?? 0 };
}

async function endRun(pid: number, ended: Promise<UnitExit>, stop: StopSettings): Promise<void> {
  signalTo(-pid, stop.stopSignal);
  const timer = setTimeout(() => signalTo(-pid, 'SIGKILL'), stop.stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

const variablesIn = (file: string): Readonly<Record<string, string>> =>
  file !== '' && existsSync(file) ? readEnvironmentFile(readFileSync(file, 'utf8')) : {};

/** Starts a unit's program. Throws an Error with a sentence for the log when it cannot be started at all. */
export async function launch(unit: NamedUnit, settings: RunSettings): Promise<UnitRun> {
  if (!existsSync(unit.workingDirectory))
    throw new Error(`its working directory ${unit.workingDirectory} does not exist: nothing is deployed there yet`);
  const directory = realpathSync(unit.workingDirectory);
  const log = openLog(settings.logFile);
  const [program, ...programArguments] = unit.command;
  try {
    const child = spawn(program, programArguments, {
      cwd: directory,
      env: { ...settings.environment, ...unit.environment, ...variablesIn(unit.environmentFile) },
      stdio: ['ignore', log, log],
      detached: true,
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new Error(`${program} could not be started (${sentenceOf(error)})`);
    });
    const pid = child.pid as number;
    const ended = exitOf(child, pid);
    return { pid, startedAt: new Date(), directory, ended, end: (stop) => endRun(pid, ended, stop) };
  } finally {
    closeSync(log);
  }
}
