import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const OLDEST_NODE = [20, 19];

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether an entry of the lock file is in place. Optional packages are left out by npm where the platform differs. */
const isInstalled = (entry, { found, folder }) => {
  if (entry.link) return existsSync(folder);
  if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
  return (
    found.version === entry.version && found.integrity === entry.integrity && existsSync(join(folder, 'package.json'))
  );
};

/**
 * Why `node_modules` does not match the lock file, or undefined where it does. Compares package-lock.json with the
 * record that npm keeps of what it installed, `node_modules/.package-lock.json`, and looks whether each package is there:
 * the record says nothing of folders that were removed since, such as those of a single workspace package.
 */
export const staleReason = (root) => {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'the packages are not installed yet';
  const installed = readPackages(record);
  const wanted = Object.entries(readPackages(join(root, 'package-lock.json'))).filter(([path]) => path !== '');
  const differing = wanted.filter(
    ([path, entry]) => !isInstalled(entry, { found: installed[path], folder: join(root, path) }),
  );
  if (differing.length === 0) return undefined;
  return `${String(differing.length)} packages differ from the lock file, ${differing[0][0]} for one`;
};

/**
 * Runs `npm ci` where it is needed, with a line that says why. Returns `unchanged` or `installed`; ends the process with
 * exit code 1 where Node is too old or npm fails.
 */
export const ensureInstalled = (root) => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    console.error(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const reason = staleReason(root);
  if (reason === undefined) return 'unchanged';
  console.log(`npm ci: ${reason}.`);
  try {
    execFileSync('npm', ['ci'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    console.error('npm ci failed; what is above says why. Nothing else was done.');
    process.exit(1);
  }
  return 'installed';
};
