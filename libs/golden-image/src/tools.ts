import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { imageToolsMissing } from '@polydev/errors';

/** Programs that building and running images calls, and the Debian package each comes from. */
export const IMAGE_TOOLS = {
  'mkfs.erofs': 'erofs-utils',
  busybox: 'busybox-static',
  perl: 'perl-base',
  ldd: 'libc-bin',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  'dpkg-query': 'dpkg',
  tar: 'tar',
  'qemu-system-x86_64': 'qemu-system-x86',
} as const;
export type ImageTool = keyof typeof IMAGE_TOOLS;

/** What it takes to build the layers of an image that boots, and of one that is started as a process. */
export const LAYER_TOOLS: Readonly<Record<'vm' | 'process', readonly ImageTool[]>> = {
  vm: ['mkfs.erofs', 'busybox', 'perl', 'ldd', 'apt-get', 'apt-cache', 'dpkg-deb'],
  process: ['tar'],
};

/** Absolute path of a program on the search path or among the system programs; undefined where it is in neither. */
export const findTool = (program: ImageTool, searchPath = process.env['PATH'] ?? ''): string | undefined => {
  const directories = [...searchPath.split(delimiter), '/usr/sbin', '/sbin'].filter((directory) => directory !== '');
  return directories
    .map((directory) => join(directory, program))
    .find((path) => isExecutable(path) && (program !== 'busybox' || isStatic(path)));
};

/** Absolute path of each of the programs. Throws IMAGE_TOOLS_MISSING with all that are missing. */
export const requireTools = <Tool extends ImageTool>(
  programs: readonly Tool[],
  searchPath?: string,
): Readonly<Record<Tool, string>> => {
  const found = programs.map((program) => [program, findTool(program, searchPath)] as const);
  const missing = found.flatMap(([program, path]) =>
    path === undefined ? [{ program, debianPackage: IMAGE_TOOLS[program] }] : [],
  );
  if (missing.length > 0) throw imageToolsMissing(missing);
  return Object.fromEntries(found) as Record<Tool, string>;
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** `e_phoff`, `e_phentsize` and `e_phnum` of a 64-bit ELF header, and the program header that names a loader (elf(5)). */
const ELF = { programHeaders: 32, entrySize: 54, entries: 56, interpreter: 3 } as const;

/** Whether a program needs no loader and no libraries: Debian's other busybox needs both, and an initrd has neither. */
const isStatic = (path: string): boolean => {
  const file = readFileSync(path);
  if (file.length < 64 || file.toString('latin1', 1, 4) !== 'ELF') return false;
  const start = Number(file.readBigUInt64LE(ELF.programHeaders));
  const size = file.readUInt16LE(ELF.entrySize);
  const types = Array.from({ length: file.readUInt16LE(ELF.entries) }, (_, index) =>
    file.readUInt32LE(start + index * size),
  );
  return !types.includes(ELF.interpreter);
};
