import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOnMachine } from './ensure-system-tools';
import { describeLeak, leaksIn } from './leaks';
import { runCommand, type Say } from './run-command';
import { readText, treeFiles } from './tree';

export type SectionResult =
  { readonly kind: 'passed' } | { readonly kind: 'failed' } | { readonly kind: 'skipped'; readonly reason: string };

/** One part of `npm run check` besides the tests; each says its own findings. */
export interface Section {
  readonly name: string;
  readonly run: (root: string, say: Say) => Promise<SectionResult>;
}

const result = (isGood: boolean): SectionResult => ({ kind: isGood ? 'passed' : 'failed' });

type Command = readonly [string, ...string[]];

const commands =
  (...all: readonly Command[]): Section['run'] =>
  async (root, say) => {
    const went: boolean[] = [];
    for (const argv of all) went.push(await runCommand(root, argv, say));
    return result(went.every(Boolean));
  };

const program = (file: string, ...args: readonly string[]) =>
  commands(['node', '-r', '@polydev/run-source', file, ...args]);

const findLeaks: Section['run'] = async (root, say) => {
  const files = (await treeFiles(root)).map((file) => ({ file, text: readText(root, file) }));
  const leaks = files.flatMap(({ file, text }) => (text === undefined ? [] : leaksIn(file, text)));
  for (const leak of leaks) say(describeLeak(leak));
  return result(leaks.length === 0);
};

const isShellScript = (root: string, file: string): boolean =>
  file.endsWith('.sh') || /^#!.*\b(?:ba|da)?sh\b/.test(readFileSync(join(root, file), 'utf8').slice(0, 80));

const shellcheck: Section['run'] = async (root, say) => {
  if (!isOnMachine('shellcheck')) return { kind: 'skipped', reason: 'shellcheck is not installed' };
  const scripts = (await treeFiles(root)).filter((file) => isShellScript(root, file));
  return result(scripts.length === 0 || (await runCommand(root, ['shellcheck', ...scripts], say)));
};

/**
 * In the order in which they begin: the longest first. Lint and types look at all rooms at once, since what has no cache is
 * quicker so than room by room (`npm run lint`, `npm run typecheck`).
 */
export const SECTIONS: readonly Section[] = [
  {
    name: 'lint',
    // Nx's rule about boundaries reads the graph that an earlier command of Nx has left, and is silent where there is none.
    run: commands(
      ['nx', 'show', 'projects', '--json'],
      ['env', 'POLYDEV_LINT=whole', 'eslint', '--max-warnings', '0', '.'],
    ),
  },
  { name: 'format', run: commands(['prettier', '--check', '--log-level', 'warn', '--no-color', '.']) },
  { name: 'types', run: commands(['tsc', '--noEmit', '-p', '.'], ['tsc', '--noEmit', '-p', 'apps/frontend']) },
  { name: 'layers', run: program('tools/checks/src/main.ts', 'layers') },
  { name: 'leaks', run: findLeaks },
  { name: 'schema', run: program('libs/manifest/scripts/generate.ts', '--check') },
  { name: 'shell scripts', run: shellcheck },
  { name: 'build', run: commands(['nx', 'run-many', '-t', 'build']) },
];
