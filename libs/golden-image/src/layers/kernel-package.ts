import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isOpsError, kernelUnavailable } from '@polydev/errors';
import { flushed, sha256Of } from './files';
import type { KnownPackage } from './layer-index';
import type { LayerStore } from './layer-store';
import { runProgram, tellingFullDisk } from './run-program';

/** Debian's package that always depends on its newest kernel for virtual machines. */
const NEWEST = 'linux-image-cloud-amd64';

export interface PackageRequest {
  readonly store: LayerStore;
  /** Ask apt for the newest one although one is remembered. */
  readonly refresh: boolean;
  readonly tools: Readonly<Record<'apt-get' | 'apt-cache' | 'dpkg-deb', string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The package of the guests' kernel, downloaded and checked by apt against its signed lists, not installed. Asked for once and then
 * remembered, so that building needs neither network nor time; `refresh` asks again. Where the remembered one is gone and Debian
 * has a newer one, it is the newer one. Throws KERNEL_UNAVAILABLE.
 */
export const kernelPackage = async (request: PackageRequest): Promise<KnownPackage> => {
  const { store, refresh } = request;
  const known = store.kernelPackage;
  const isThere = known !== undefined && (await store.hasPackage(known));
  if (known && isThere && !refresh) return known;
  return whereAptFails(() =>
    store.workspace(async (directory) => {
      const offered = await offeredPackage(request, directory);
      return known && isThere && offered.file === known.file ? known : download(request, { directory, ...offered });
    }),
  );
};

/** Name of the newest package and of its file, as apt would download it. */
const offeredPackage = async (
  { tools, signal }: PackageRequest,
  cwd: string,
): Promise<{ name: string; file: string }> => {
  const ask = (argv: readonly [string, ...string[]]) =>
    runProgram({ doing: 'asking apt for the newest kernel', argv, cwd, signal });
  const depends = await ask([tools['apt-cache'], 'depends', NEWEST]);
  const [, name] = /^\s*Depends: (linux-image-\S+)$/m.exec(depends) ?? [];
  if (name === undefined) throw kernelUnavailable({ reason: `apt knows no kernel that ${NEWEST} depends on` });
  // `'http://…/name_version_amd64.deb' name_version_amd64.deb 26713492 SHA256:…`
  const [, file] = /^'\S+' (\S+\.deb) /m.exec(await ask([tools['apt-get'], 'download', '--print-uris', name])) ?? [];
  if (file === undefined) throw kernelUnavailable({ reason: `apt knows no place to download ${name} from` });
  return { name, file };
};

const download = async (
  { store, tools, signal }: PackageRequest,
  { directory: cwd, name }: { readonly directory: string; readonly name: string },
): Promise<KnownPackage> => {
  const run = (doing: string, argv: readonly [string, ...string[]]) => runProgram({ doing, argv, cwd, signal });
  // As root apt would download as its own user, who may not write here.
  await run('downloading the kernel', [tools['apt-get'], '-qq', '-o', 'APT::Sandbox::User=', 'download', name]);
  const [file] = (await readdir(cwd)).filter((entry) => entry.endsWith('.deb'));
  if (file === undefined) throw kernelUnavailable({ reason: `apt downloaded nothing for ${name}` });
  const showing = ['--showformat=${Version} ${Architecture}', '--show'];
  const fields = await run('reading the kernel package', [tools['dpkg-deb'], ...showing, file]);
  const [version = '', architecture = ''] = fields.trim().split(' ');
  const found = { name, version, architecture, file, sha256: await sha256Of(join(cwd, file)) };
  await keep(store, found, cwd);
  return found;
};

/** Moves the package in, and the ones before it out: what they gave lies in the layers. */
const keep = async (store: LayerStore, found: KnownPackage, from: string): Promise<void> =>
  tellingFullDisk({ directory: from, doing: 'storing the kernel package' }, async () => {
    const to = store.packagePath(found);
    await flushed(join(from, found.file));
    await rename(join(from, found.file), to);
    await flushed(store.directory);
    await store.rememberPackage(found);
    const packages = (await readdir(store.directory)).filter((name) => name.endsWith('.deb') && name !== found.file);
    for (const name of packages) await rm(join(store.directory, name), { force: true });
  });

const whereAptFails = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isOpsError(error, 'LAYER_BUILD_FAILED')) throw error;
    const [, ...said] = error.message.split('\n');
    throw kernelUnavailable({ reason: said.slice(0, -1).join('\n'), cause: error });
  }
};
