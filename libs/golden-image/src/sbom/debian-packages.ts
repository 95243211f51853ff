import { readFile, realpath } from 'node:fs/promises';
import { execa } from 'execa';

/** A package of the machine that an image took files from. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package it was built from, which advisories name. */
  readonly source: string;
}

/** Files of the machine, told apart by whether a package brought them. */
export interface Origin {
  readonly packages: readonly DebianPackage[];
  /** Files that no package knows. */
  readonly others: readonly string[];
}

/** The packages that the files came with, sorted by name. On a machine without dpkg all files are of no package. */
export const originOf = async (files: readonly string[]): Promise<Origin> => {
  if (files.length === 0) return { packages: [], others: [] };
  const names = new Map(await Promise.all(files.map(async (file) => [file, await namesOf(file)] as const)));
  const owners = ownersIn(await dpkgQuery('--search', [...names.values()].flat()));
  const ownerOf = (file: string) => names.get(file)?.flatMap((name) => owners.get(name) ?? [])[0];
  const owning = new Set(files.flatMap((file) => ownerOf(file) ?? []));
  return {
    packages: await described([...owning]),
    others: files.filter((file) => ownerOf(file) === undefined).sort(),
  };
};

/** `/lib` and `/usr/lib` are one folder on a merged system, and dpkg knows each file by only one of its names. */
const namesOf = async (file: string): Promise<readonly string[]> => {
  const real = await realpath(file).catch(() => file);
  return [...new Set([file, real].flatMap((path) => [path, `/usr${path}`, path.replace(/^\/usr/, '')]))];
};

/** `libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6`; several packages may share a path. */
const ownersIn = (answer: string): ReadonlyMap<string, string> => {
  const lines = [...answer.matchAll(/^([a-z0-9][^\s,]*)(?:, [^:]\S*)*: (\/.*)$/gm)];
  return new Map(lines.map(([, owner = '', path = '']) => [path, owner]));
};

const FIELDS = ['${Package}', '${Version}', '${Architecture}', '${source:Package}'];

const described = async (owning: readonly string[]): Promise<readonly DebianPackage[]> => {
  if (owning.length === 0) return [];
  const answer = await dpkgQuery('--show', [`--showformat=${FIELDS.join('\\t')}\\n`, ...owning]);
  const packages = answer.split('\n').filter(Boolean).sort();
  return packages.map((line) => {
    const [name = '', version = '', architecture = '', source = ''] = line.split('\t');
    return { name, version, architecture, source };
  });
};

/** Its answer for what it knows; it says with its exit code that there was something it did not know. */
const dpkgQuery = async (action: string, args: readonly string[]): Promise<string> => {
  const { stdout } = await execa('dpkg-query', [action, ...args], { reject: false, env: { LC_ALL: 'C' } });
  return stdout;
};

export interface Distribution {
  /** `debian` */
  readonly id: string;
  /** `12` */
  readonly version: string;
}

/** What this machine runs, by os-release(5); Linux of no version where it does not say. */
export const distribution = async (file = '/etc/os-release'): Promise<Distribution> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)"?$`, 'm').exec(text)?.[1];
  return { id: field('ID') ?? 'linux', version: field('VERSION_ID') ?? '' };
};
