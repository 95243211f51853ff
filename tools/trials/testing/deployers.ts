import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentRecordSchema, type DeploymentRecord } from '@polydev/contract';
import { isRunning } from '@polydev/host/testing';
import type { DeployerInput } from './deployer-program';

export type { DeployerInput, Stop } from './deployer-program';

/** What a deployer told in the end. */
export interface DeployerEnd {
  /** Names of its effects on hosts. */
  readonly effects: readonly string[];
  /** Names of the steps it began, on any host. */
  readonly steps: readonly string[];
  /** The record that it closed, where it came so far. */
  readonly record: DeploymentRecord | undefined;
  /** Why it gave up: an error's code, or the stack of a bug. */
  readonly failure: { readonly code?: string; readonly message?: string; readonly bug?: string } | undefined;
  readonly lines: readonly string[];
}

/** A deployer in a process of its own, to which everything can happen that happens to processes. */
export interface Deployer {
  /** Index of the next of its stops, once it stands still there; undefined when it ended before. */
  readonly stopped: () => Promise<number | undefined>;
  readonly go: () => void;
  readonly kill: () => void;
  readonly ended: Promise<DeployerEnd>;
}

export interface DeployerOptions {
  /** Offset of its clock, as faketime(1) writes it: `+1h`. */
  readonly clock?: string;
}

let count = 0;
const PROGRAM = ['-r', require.resolve('@polydev/run-source'), join(__dirname, 'deployer-program.ts')];

/** Starts a deployer; its input is removed when it has ended. */
export const startDeployer = (input: DeployerInput, { clock }: DeployerOptions = {}): Deployer => {
  const file = join(tmpdir(), `deployer-${process.pid}-${++count}.json`);
  writeFileSync(file, JSON.stringify(input), { mode: 0o600 });
  const command = [process.execPath, ...PROGRAM, file];
  const [program = '', ...args] = clock === undefined ? command : ['faketime', '-f', clock, ...command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: __dirname });
  const exit = once(child, 'exit');
  const lines: string[] = [];
  const stops: number[] = [];
  let pid = 0;
  let wake: () => void = () => undefined;
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => {
    lines.push(line);
    const [, index] = /^\{"stopped":(\d+)\}$/.exec(line) ?? [];
    if (index !== undefined) stops.push(Number(index));
    else if (lines.length === 1) pid = Number(/^\{"pid":(\d+)\}$/.exec(line)?.[1] ?? 0);
    wake();
  });
  let over = false;
  const ended = Promise.all([exit, once(reader, 'close')]).then(() => {
    over = true;
    wake();
    rmSync(file, { force: true });
    return endOf(lines);
  });
  const stopped = async (): Promise<number | undefined> => {
    while (stops.length === 0 && !over) await new Promise<void>((done) => (wake = done));
    const index = stops.shift();
    if (index !== undefined) await untilStill(pid);
    return index;
  };
  const send = (signal: NodeJS.Signals) => {
    if (!over && isRunning(pid)) process.kill(pid, signal);
  };
  return { stopped, go: () => send('SIGCONT'), kill: () => send('SIGKILL'), ended };
};

/** It has told of its stop just before it stops: a continue in between would be lost. */
const untilStill = async (pid: number): Promise<void> => {
  while (/^State:\s+[^T\s]/m.test(statusOf(pid))) await sleep(2);
};

const statusOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
};

const endOf = (lines: readonly string[]): DeployerEnd => {
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const failure = told.find((one) => 'failure' in one)?.['failure'] as DeployerEnd['failure'];
  return {
    effects: told.flatMap(({ effect }) => (typeof effect === 'string' ? [effect] : [])),
    steps: told.flatMap(({ kind, state, step }) => (kind === 'step' && state === 'started' ? [String(step)] : [])),
    record: deploymentRecordSchema.safeParse(told.find((one) => 'result' in one)?.['result']).data,
    failure,
    lines,
  };
};
