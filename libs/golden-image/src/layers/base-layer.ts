import { chmod, copyFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { BASE_FILE } from '../guest/init';
import { EROFS_OPTIONS, writeErofs } from './erofs';
import { makeDirectory, sha256OfText } from './files';
import type { LayerStore, StoredLayer } from './layer-store';
import { runProgram, tellingFullDisk } from './run-program';

export interface BaseRequest {
  readonly store: LayerStore;
  /** The server's Node: the one that runs this. */
  readonly node: string;
  readonly tools: Readonly<Record<'busybox' | 'perl' | 'ldd' | 'mkfs.erofs', string>>;
  readonly thorough: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface BaseLayer {
  readonly layer: StoredLayer;
  readonly built: boolean;
  /** The files of this machine that it is made of, for the bill of materials. */
  readonly files: readonly string[];
}

/** A file of this machine and where it lies in the guest. */
interface Copy {
  readonly from: string;
  readonly to: string;
}

/** What the guest has beside programs. A mount point is an empty folder; `.base.json` tells the init what this disk is. */
const TEXTS: Readonly<Record<string, string>> = {
  [BASE_FILE]: '{}\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
  'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
};
const FOLDERS = ['agent', 'bin', 'dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'usr/bin'];
const LINKS: Readonly<Record<string, string>> = { 'etc/resolv.conf': '../run/resolv.conf', 'bin/sh': 'busybox' };
const RECIPE = JSON.stringify([TEXTS, FOLDERS, LINKS, EROFS_OPTIONS]);

/** The layer that all agents of this machine share: its Node with the libraries it loads, busybox, and perl to wake the guest. */
export const baseLayer = async (request: BaseRequest): Promise<BaseLayer> => {
  const { store, tools, thorough } = request;
  const copies = await filesOfBase(request);
  const hashes = await Promise.all(copies.map(async ({ from, to }) => `${to} ${await store.hashOf(from)}`));
  const key = sha256OfText([await store.hashOf(tools['mkfs.erofs']), RECIPE, ...hashes.sort()].join('\n'));
  const files = copies.map(({ from }) => from);
  const found = await store.find('base', key, thorough);
  if (found) return { layer: found, built: false, files };
  const layer = await store.workspace((directory) => buildBase({ ...request, directory, copies, key }));
  return { layer, built: true, files };
};

const filesOfBase = async ({ node, tools, signal }: BaseRequest): Promise<readonly Copy[]> => {
  const programs = [node, tools.perl];
  const listings = await Promise.all(
    programs.map((program) =>
      runProgram({ doing: `listing the libraries of ${program}`, argv: [tools.ldd, program], cwd: '/', signal }),
    ),
  );
  const libraries = new Set(listings.flatMap(librariesOf));
  return [
    { from: await realpath(node), to: 'usr/bin/node' },
    { from: await realpath(tools.perl), to: 'usr/bin/perl' },
    { from: await realpath(tools.busybox), to: 'bin/busybox' },
    ...[...libraries].sort().map((path) => ({ from: path, to: path.slice(1) })),
  ];
};

/** Paths in what ldd prints: `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, and the loader's own line. */
const librariesOf = (listing: string): readonly string[] =>
  [...listing.matchAll(/(?:=>|^)\s*(\/\S+) \(0x/gm)].flatMap(([, path]) => (path === undefined ? [] : [path]));

const buildBase = async (
  request: BaseRequest & { readonly directory: string; readonly copies: readonly Copy[]; readonly key: string },
): Promise<StoredLayer> => {
  const { store, tools, directory, copies, key, signal } = request;
  const tree = join(directory, 'base');
  const doing = 'building the base layer';
  await tellingFullDisk({ directory, doing }, () => layOut(tree, copies));
  const file = join(directory, 'base.erofs');
  await writeErofs({ program: tools['mkfs.erofs'], from: tree, to: file, key, doing, signal });
  return store.add({ kind: 'base', key, file });
};

const layOut = async (tree: string, copies: readonly Copy[]): Promise<void> => {
  await makeDirectory(dirname(tree), tree);
  for (const folder of FOLDERS) await makeDirectory(tree, join(tree, folder));
  for (const [path, text] of Object.entries(TEXTS)) {
    await writeFile(join(tree, path), text);
    await chmod(join(tree, path), 0o644);
  }
  for (const [path, to] of Object.entries(LINKS)) await symlink(to, join(tree, path));
  for (const { from, to } of copies) {
    await makeDirectory(tree, dirname(join(tree, to)));
    await copyFile(from, join(tree, to), constants.COPYFILE_FICLONE);
    await chmod(join(tree, to), 0o755);
  }
};
