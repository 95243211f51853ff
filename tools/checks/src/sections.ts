import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOnMachine } from './ensure-system-tools';
import { describeLeak, leaksIn } from './leaks';
import { runCommand } from './run-command';
import { readText, treeFiles } from './tree';

export type SectionResult =
  { readonly kind: 'passed' } | { readonly kind: 'failed' } | { readonly kind: 'skipped'; readonly reason: string };

/** One part of `npm run check` besides the tests; each prints its own findings. */
export interface Section {
  readonly name: string;
  readonly run: (root: string) => Promise<SectionResult>;
}

const result = (isGood: boolean): SectionResult => ({ kind: isGood ? 'passed' : 'failed' });

const command =
  (...argv: readonly [string, ...string[]]) =>
  async (root: string): Promise<SectionResult> =>
    result(await runCommand(root, argv));

const program = (file: string, ...args: readonly string[]) =>
  command('node', '-r', '@polydev/run-source', file, ...args);

const findLeaks = async (root: string): Promise<SectionResult> => {
  const files = (await treeFiles(root)).map((file) => ({ file, text: readText(root, file) }));
  const leaks = files.flatMap(({ file, text }) => (text === undefined ? [] : leaksIn(file, text)));
  for (const leak of leaks) console.error(describeLeak(leak));
  return result(leaks.length === 0);
};

const isShellScript = (root: string, file: string): boolean =>
  file.endsWith('.sh') || /^#!.*\b(?:ba|da)?sh\b/.test(readFileSync(join(root, file), 'utf8').slice(0, 80));

const shellcheck = async (root: string): Promise<SectionResult> => {
  if (!isOnMachine('shellcheck')) return { kind: 'skipped', reason: 'shellcheck is not installed' };
  const scripts = (await treeFiles(root)).filter((file) => isShellScript(root, file));
  return result(scripts.length === 0 || (await runCommand(root, ['shellcheck', ...scripts])));
};

/** In the order in which they run: the quick ones first. */
export const SECTIONS: readonly Section[] = [
  { name: 'format', run: command('prettier', '--check', '--log-level', 'warn', '--no-color', '.') },
  { name: 'lint', run: command('nx', 'run-many', '-t', 'lint') },
  { name: 'types', run: command('nx', 'run-many', '-t', 'typecheck') },
  { name: 'layers', run: program('tools/checks/src/main.ts', 'layers') },
  { name: 'leaks', run: findLeaks },
  { name: 'schema', run: program('libs/manifest/scripts/generate.ts', '--check') },
  { name: 'shell scripts', run: shellcheck },
  { name: 'build', run: command('nx', 'run-many', '-t', 'build') },
];
