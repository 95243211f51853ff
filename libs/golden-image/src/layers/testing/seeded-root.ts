import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTools } from '../../tools';
import { kernelPackage } from '../kernel-package';
import { LayerStore } from '../layer-store';

/** Kept from run to run: the kernel's package is downloaded once on a machine. */
const CACHE = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'polydev',
  'golden-image',
  'kernel-package',
);

/** A fresh directory of images whose store holds the kernel's package and no layer yet; remove it afterwards. */
export const seededRoot = async (parent = tmpdir()): Promise<string> => {
  mkdirSync(CACHE, { recursive: true });
  const tools = requireTools(['apt-get', 'apt-cache', 'dpkg-deb']);
  const known = await kernelPackage({ store: await LayerStore.open(CACHE), refresh: false, tools });
  const root = mkdtempSync(join(parent, 'images-'));
  mkdirSync(join(root, 'layers'));
  copyFileSync(join(CACHE, 'layers', known.file), join(root, 'layers', known.file));
  writeFileSync(
    join(root, 'layers', 'index.json'),
    JSON.stringify({ version: 1, layers: {}, files: {}, kernelPackage: known }),
  );
  return root;
};

/** The store's index, as it lies there. */
export const indexOf = (root: string): { layers: Record<string, string>; kernelPackage: { file: string } } =>
  JSON.parse(readFileSync(join(root, 'layers', 'index.json'), 'utf8')) as ReturnType<typeof indexOf>;
