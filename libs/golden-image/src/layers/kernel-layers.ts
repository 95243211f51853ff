import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { kernelUnavailable } from '@polydev/errors';
import { sha256OfText } from './files';
import { GUEST_TEXTS, initrdEntries } from './initrd';
import { kernelElfOf, kernelForQemu } from './kernel-elf';
import { kernelPackage, type PackageRequest } from './kernel-package';
import type { KnownPackage } from './layer-index';
import type { StoredLayer } from './layer-store';
import { newcArchive } from './newc';
import { runProgram, tellingFullDisk } from './run-program';

/** Which VMM starts it: Firecracker an uncompressed ELF file and nothing else, QEMU a compressed kernel too. */
export type KernelForm = 'qemu' | 'elf';

export interface KernelLayersRequest extends PackageRequest {
  readonly form: KernelForm;
  readonly tools: PackageRequest['tools'] & Readonly<Record<'busybox', string>>;
  readonly thorough: boolean;
}

export interface KernelLayers {
  readonly package: KnownPackage;
  readonly kernel: StoredLayer;
  readonly initrd: StoredLayer;
  readonly built: readonly ('kernel' | 'initrd')[];
}

/**
 * The two layers that come out of the kernel's package: the kernel, and the initrd with its modules. The package itself is needed only
 * where one of them is not there.
 */
export const kernelLayers = async (request: KernelLayersRequest): Promise<KernelLayers> => {
  const known = request.refresh ? undefined : request.store.kernelPackage;
  const found = known && (await findLayers(request, known));
  if (found?.kernel && found.initrd) return { ...found, kernel: found.kernel, initrd: found.initrd, built: [] };
  return buildMissing(request, await findLayers(request, await kernelPackage(request)));
};

interface Found {
  readonly package: KnownPackage;
  readonly keys: Readonly<Record<'kernel' | 'initrd', string>>;
  readonly kernel: StoredLayer | undefined;
  readonly initrd: StoredLayer | undefined;
}

const findLayers = async (request: KernelLayersRequest, from: KnownPackage): Promise<Found> => {
  const { store, form, tools, thorough } = request;
  const busybox = await store.hashOf(tools.busybox);
  const keys = {
    kernel: `${form} ${from.sha256}`,
    initrd: sha256OfText([from.sha256, busybox, ...GUEST_TEXTS].join('\0')),
  };
  return {
    package: from,
    keys,
    kernel: await store.find('kernel', keys.kernel, thorough),
    initrd: await store.find('initrd', keys.initrd, thorough),
  };
};

const buildMissing = async (request: KernelLayersRequest, found: Found): Promise<KernelLayers> => {
  if (found.kernel && found.initrd) return { ...found, kernel: found.kernel, initrd: found.initrd, built: [] };
  return request.store.workspace(async (directory) => {
    const unpacked = await unpack(request, found.package, directory);
    return {
      package: found.package,
      kernel: found.kernel ?? (await addKernel(request, { unpacked, key: found.keys.kernel })),
      initrd: found.initrd ?? (await addInitrd(request, { unpacked, key: found.keys.initrd })),
      built: (['kernel', 'initrd'] as const).filter((name) => found[name] === undefined),
    };
  });
};

const unpack = async (request: KernelLayersRequest, from: KnownPackage, directory: string): Promise<string> => {
  const unpacked = join(directory, 'package');
  const argv = [request.tools['dpkg-deb'], '--extract', request.store.packagePath(from), unpacked] as const;
  await runProgram({ doing: 'unpacking the kernel', argv, cwd: directory, signal: request.signal });
  return unpacked;
};

/** Where the package is unpacked, and what the layer to be built from it is made of. */
interface Unpacked {
  readonly unpacked: string;
  readonly key: string;
}

const addKernel = async ({ store, form }: KernelLayersRequest, { unpacked, key }: Unpacked): Promise<StoredLayer> => {
  const [name] = (await readdir(join(unpacked, 'boot'))).filter((file) => file.startsWith('vmlinuz-'));
  if (name === undefined) throw kernelUnavailable({ reason: 'its package holds no boot/vmlinuz-…' });
  const packaged = await readFile(join(unpacked, 'boot', name));
  const kernel = form === 'elf' ? kernelElfOf(packaged) : kernelForQemu(packaged);
  return store.add({ kind: 'kernel', key, file: await written(join(unpacked, 'kernel'), kernel) });
};

const addInitrd = async ({ store, tools }: KernelLayersRequest, { unpacked, key }: Unpacked): Promise<StoredLayer> => {
  const archive = newcArchive(await initrdEntries(tools.busybox, unpacked));
  return store.add({ kind: 'initrd', key, file: await written(join(unpacked, 'initrd.cpio'), archive) });
};

const written = async (path: string, content: Buffer): Promise<string> => {
  await tellingFullDisk({ directory: dirname(path), doing: `writing ${basename(path)}` }, () =>
    writeFile(path, content),
  );
  return path;
};
