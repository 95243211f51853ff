import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Puts the stand-in into a directory as a program called `firecracker`; returns its path. */
export function installStandIn(directory: string, env: Readonly<Record<string, string>> = {}): string {
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, 'stand-in.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'stand-in.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    outfile,
  });
  const settings = Object.entries(env).map(
    ([name, value]) => `process.env[${JSON.stringify(name)}] = ${JSON.stringify(value)};`,
  );
  const program = join(directory, 'firecracker');
  writeFileSync(program, ['#!/usr/bin/env node', ...settings, "require('./stand-in.cjs');", ''].join('\n'));
  chmodSync(program, 0o755);
  return program;
}

/** An uncompressed kernel, as far as anyone looks who does not boot it. */
export const TEST_KERNEL = Buffer.from('\x7fELF stands for vmlinux', 'latin1');
