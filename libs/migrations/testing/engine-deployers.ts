import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeployerInput, DeployerLine, Halt } from './engine-deployer';
import type { TestDatabase } from './engine-database';

/** A deployer in a process of its own. */
export interface Deployer {
  readonly pid: number;
  /** What it printed so far. */
  readonly lines: readonly DeployerLine[];
  /** Resolves when it stands still by its own `SIGSTOP`, or has ended. */
  readonly halted: Promise<void>;
  /** Lets a stopped one go on. */
  readonly goOn: () => void;
  /** Signal that ended it; undefined = it ended by itself. */
  readonly ended: Promise<NodeJS.Signals | undefined>;
}

/** How soon the lease of a deployer that was killed is free. */
export const LEASE_TTL_MS = 600;

let started = 0;

export interface DeployerOptions {
  /** When it kills or stops itself. */
  readonly halt?: Halt;
  readonly leaseTtlMs?: number;
}

/** Starts a deployer that migrates a database. */
export const startDeployer = (
  { url, directory }: TestDatabase,
  { halt, leaseTtlMs = LEASE_TTL_MS }: DeployerOptions = {},
): Deployer => {
  started += 1;
  const file = join(directory, `input-${started}.json`);
  const input: DeployerInput = { url, directory, leaseTtlMs, ...(halt ? { halt } : {}) };
  writeFileSync(file, JSON.stringify(input), { mode: 0o600 });
  const argv = ['-r', '@polydev/run-source', join(__dirname, 'engine-deployer.ts'), file];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: DeployerLine[] = [];
  const reader = createInterface(child.stdout);
  const ended = once(child, 'close').then(() => child.signalCode ?? undefined);
  const halted = new Promise<void>((resolve) => {
    reader.on('line', (text) => {
      const line = JSON.parse(text) as DeployerLine;
      lines.push(line);
      // It prints the call and stops itself in the same breath.
      if ('call' in line && line.call === halt?.call && halt.signal === 'SIGSTOP') resolve();
    });
    void ended.then(() => resolve());
  });
  return { pid: child.pid ?? 0, lines, halted, goOn: () => void child.kill('SIGCONT'), ended };
};
