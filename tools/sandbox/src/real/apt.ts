import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, mustRun } from './command';

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** The machine's own release, as its package archive names it: `bookworm`. Undefined where the machine does not say. */
export const codename = (): string | undefined => /^VERSION_CODENAME="?([\w-]+)/m.exec(textOf('/etc/os-release'))?.[1];

/** Whether a list of package sources is the distribution's own: it names the release and the archive's part `main`. */
export const isOfDistribution = (text: string, release: string): boolean =>
  new RegExp(`(^|\\s)${release}(-\\S+)?(\\s|$)`, 'm').test(text) && /(^|\s)main(\s|$)/m.test(text);

/** The machine's files of package sources that are the distribution's own. */
export function aptSources(release: string): string[] {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(sources|list)$/.test(name)) : [];
  return ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))].filter((file) =>
    isOfDistribution(textOf(file), release),
  );
}

/** Path of mmdebstrap: the installed one, else one unpacked into `tools`, for which nothing is installed. */
export async function mmdebstrap(tools: string): Promise<string> {
  if ((await command(['mmdebstrap', '--version'])).exitCode === 0) return 'mmdebstrap';
  const program = join(tools, 'usr/bin/mmdebstrap');
  if (existsSync(program)) return program;
  mkdirSync(tools, { recursive: true });
  await mustRun(['apt-get', 'download', '-qq', 'mmdebstrap'], { cwd: tools, timeout: 120_000 });
  const archive = readdirSync(tools).find((name) => /^mmdebstrap_.*\.deb$/.test(name));
  if (archive === undefined) throw new Error('apt-get download mmdebstrap left no package');
  await mustRun(['dpkg', '-x', archive, '.'], { cwd: tools });
  return program;
}
