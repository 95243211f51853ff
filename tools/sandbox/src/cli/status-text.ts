import { relative } from 'node:path';
import { DATABASE, OWNER } from '../database/names';
import { locate } from '../layout';
import type { SandboxStatus } from '../status';
import type { UnitView } from '../unit-view';
import { DATABASE_VARIABLE } from '../values';

/** A word as a shell takes it for one. */
export const shellWord = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** The line to type for a look around in the sandbox. */
export const sshLine = (directory: string): string => `ssh -F ${shellWord(locate(directory).sshConfig)} sandbox`;

/** Below the sandbox's `/`, or, of what is not a server's, below the sandbox's own folder. */
const placeOf = (directory: string, { root, ...status }: { root: string; directory: string }) => {
  const inside = relative(root, directory);
  return inside.startsWith('..') ? relative(status.directory, directory) : inside;
};

function unitLine(unit: UnitView, sandbox: { root: string; directory: string }): string {
  const where = unit.directory ? placeOf(unit.directory, sandbox) : 'nothing is running';
  const address = unit.port ? `http://localhost:${unit.port}` : '';
  return `  ${unit.name.padEnd(20)} ${unit.state.padEnd(12)} ${address.padEnd(23)} ${where}`.trimEnd();
}

/** `1 process`, `2 processes` */
export const processes = (count: number): string => `${count} ${count === 1 ? 'process' : 'processes'}`;

const leftoverText = (count: number) => (count > 0 ? ` Still without supervision: ${processes(count)} of it.` : '');

/** What a person wants to know of a sandbox, and how to go on. */
export function statusText(status: SandboxStatus): string {
  switch (status.state) {
    case 'running':
      return [
        `sandbox: running since ${status.since} (process ${status.pid})`,
        `  folder  ${status.directory}`,
        `  ssh     ${sshLine(status.directory)}`,
        `  sql     postgres://${OWNER}@127.0.0.1:${status.values.database_port}/${DATABASE} (with its password: ${DATABASE_VARIABLE} in values.json)`,
        ...status.units.map((unit) => unitLine(unit, { root: status.values.root, directory: status.directory })),
      ].join('\n');
    case 'stopped':
      return `sandbox: not running (${status.directory}).${leftoverText(status.leftovers)}\n  Start it: npm run sandbox:start`;
    case 'died': {
      const why = status.cause === 'killed' ? 'its process was killed' : 'the machine was started anew';
      return (
        `sandbox: not running: ${why} since its start at ${status.since}.${leftoverText(status.leftovers)}\n` +
        '  Start it again, with what was deployed to it: npm run sandbox:start\n  Or end what is left: npm run sandbox:stop'
      );
    }
    case 'not answering':
      return (
        `sandbox: process ${status.pid} runs since ${status.since} and does not answer.\n` +
        '  Start it anew: npm run sandbox:stop && npm run sandbox:start'
      );
  }
}
