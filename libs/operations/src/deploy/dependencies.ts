import { createHash } from 'node:crypto';
import type { Artifact } from '@polydev/artifact';
import { packageFileInvalid } from '@polydev/errors';
import type { TargetConfig } from '@polydev/manifest';
import type { TargetState } from './state';

/** How a release gets its installed dependencies. */
export interface DependencyPlan {
  /** Of everything the result depends on: lock file, package.json, local packages, Node, machine, command. */
  readonly key: string;
  readonly command: string;
  /** Already installed on this host under this key. */
  readonly reuse: boolean;
  /** Files of the release that the command needs. */
  readonly files: readonly string[];
  /** A server build gets its own copy: bundlers refuse a `node_modules` that leads out of the project. */
  readonly mode: 'link' | 'copy';
}

/** Lock files in the order in which they are looked for, with the command that installs exactly what they name. */
const LOCK_FILES = [
  {
    file: 'package-lock.json',
    production: 'npm ci --omit=dev --no-audit --no-fund',
    all: 'npm ci --no-audit --no-fund',
  },
  {
    file: 'npm-shrinkwrap.json',
    production: 'npm ci --omit=dev --no-audit --no-fund',
    all: 'npm ci --no-audit --no-fund',
  },
  {
    file: 'pnpm-lock.yaml',
    production: 'pnpm install --prod --frozen-lockfile',
    all: 'pnpm install --frozen-lockfile',
  },
  {
    file: 'yarn.lock',
    production: 'yarn install --production --frozen-lockfile',
    all: 'yarn install --frozen-lockfile',
  },
  { file: 'bun.lock', production: 'bun install --production --frozen-lockfile', all: 'bun install --frozen-lockfile' },
] as const;
const NO_LOCK = { production: 'npm install --omit=dev --no-audit --no-fund', all: 'npm install --no-audit --no-fund' };

/** Files at an artifact's root whose text decides what is installed. */
export const PACKAGE_FILES = ['package.json', '.npmrc', ...LOCK_FILES.map(({ file }) => file)] as const;

export interface DependencyInput {
  readonly target: TargetConfig;
  readonly artifact: Artifact;
  readonly state: Pick<TargetState, 'dependencies' | 'node' | 'machine'>;
  readonly packageFiles: ReadonlyMap<string, string>;
}

/** What to install, if anything. Pure. */
export const planDependencies = ({
  target,
  artifact,
  state,
  packageFiles,
}: DependencyInput): DependencyPlan | undefined => {
  const command = installCommand(target, artifact, packageFiles);
  if (command === undefined) return undefined;
  const local = localPackages(packageFiles);
  const files = artifact.entries.filter(
    (entry) => PACKAGE_FILES.some((file) => file === entry.path) || local.some((at) => entry.path.startsWith(`${at}/`)),
  );
  const hash = createHash('sha256').update(JSON.stringify([command, state.node, state.machine]));
  for (const entry of files) hash.update(JSON.stringify(entry));
  const key = hash.digest('hex').slice(0, 24);
  return {
    key,
    command,
    reuse: state.dependencies.includes(key),
    files: files.filter((entry) => entry.type !== 'directory').map((entry) => entry.path),
    mode: target.build === 'server' ? 'copy' : 'link',
  };
};

const installCommand = (
  target: TargetConfig,
  artifact: Artifact,
  packageFiles: ReadonlyMap<string, string>,
): string | undefined => {
  if (target.install === 'none') return undefined;
  if (typeof target.install === 'object') return target.install.command;
  const packageJson = packageFiles.get('package.json');
  const bringsItsOwn = artifact.entries.some((entry) => entry.path === 'node_modules');
  if (packageJson === undefined || bringsItsOwn) return undefined;
  const lists = parsePackageFile('package.json', packageJson) as Record<string, Record<string, string> | undefined>;
  const needed = { ...lists['dependencies'], ...(target.build === 'server' ? lists['devDependencies'] : {}) };
  if (Object.keys(needed).length === 0) return undefined;
  const lock = LOCK_FILES.find(({ file }) => packageFiles.has(file)) ?? NO_LOCK;
  return target.build === 'server' ? lock.all : lock.production;
};

/** Folders of the artifact that its lock file installs as packages (`file:` dependencies). */
const localPackages = (packageFiles: ReadonlyMap<string, string>): string[] => {
  const text = packageFiles.get('package-lock.json');
  if (text === undefined) return [];
  const lock = parsePackageFile('package-lock.json', text) as {
    packages?: Record<string, { link?: boolean; resolved?: string }>;
  };
  return Object.values(lock.packages ?? {}).flatMap(({ link, resolved }) => (link && resolved ? [resolved] : []));
};

const parsePackageFile = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw packageFileInvalid({ file, reason: error instanceof Error ? error.message : String(error) });
  }
};
