import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { kernelUnavailable } from '@polydev/errors';

/** What a guest needs before it has a disk: virtio over memory-mapped I/O and PCI, its disk and network, and erofs. */
const WANTED = ['virtio_mmio', 'virtio_pci', 'virtio_blk', 'virtio_net', 'erofs'];

export interface KernelModule {
  /** With `_`, as the kernel calls it. */
  readonly name: string;
  /** An uncompressed `.ko` file. */
  readonly content: Buffer;
}

export interface ModulesRequest {
  /** `lib/modules/<version>` of an unpacked kernel package. */
  readonly directory: string;
  /** Uncompresses modules, which Debian packages as `.ko.xz` from release 13 on. */
  readonly busybox: string;
}

/**
 * The modules that a guest loads, each after those it depends on. A package that is not installed has no `modules.dep`, so the
 * dependencies are read out of the modules (`depends=a,b` in their `.modinfo` section). What is built into the kernel is left out.
 * Throws KERNEL_UNAVAILABLE where one is in neither.
 */
export const modulesInLoadOrder = async ({ directory, busybox }: ModulesRequest): Promise<readonly KernelModule[]> => {
  const [files, builtIn] = await Promise.all([moduleFiles(directory), builtInModules(directory)]);
  const ordered = new Map<string, KernelModule>();
  const visit = async (name: string): Promise<void> => {
    if (ordered.has(name) || builtIn.has(name)) return;
    const path = files.get(name);
    if (path === undefined) throw kernelUnavailable({ reason: `its package holds no module ${name}` });
    const content = await contentOf(path, busybox);
    for (const dependency of dependenciesOf(content)) await visit(dependency);
    ordered.set(name, { name, content });
  };
  for (const name of WANTED) await visit(name);
  return [...ordered.values()];
};

const FILE = /\.ko(\.xz)?$/;

/** Files are named with `-` or `_`; the kernel takes both for the same. */
const moduleName = (path: string): string => basename(path).replace(FILE, '').replaceAll('-', '_');

const moduleFiles = async (directory: string): Promise<ReadonlyMap<string, string>> => {
  const entries = await readdir(join(directory, 'kernel'), { recursive: true });
  const paths = entries.filter((entry) => FILE.test(entry)).sort();
  return new Map(paths.map((entry) => [moduleName(entry), join(directory, 'kernel', entry)]));
};

const builtInModules = async (directory: string): Promise<ReadonlySet<string>> => {
  const list = await readFile(join(directory, 'modules.builtin'), 'utf8').catch(() => '');
  return new Set(list.split('\n').filter(Boolean).map(moduleName));
};

const run = promisify(execFile);
/** Bytes; those wanted are well below 1 MiB. */
const LARGEST_MODULE = 64 * 1024 * 1024;

const contentOf = async (path: string, busybox: string): Promise<Buffer> => {
  if (!path.endsWith('.xz')) return readFile(path);
  const { stdout } = await run(busybox, ['xzcat', path], { encoding: 'buffer', maxBuffer: LARGEST_MODULE });
  return stdout;
};

const dependenciesOf = (content: Buffer): readonly string[] => {
  const [, names = ''] = /\0depends=([\w,-]*)\0/.exec(content.toString('latin1')) ?? [];
  return names.split(',').filter(Boolean).map(moduleName);
};
