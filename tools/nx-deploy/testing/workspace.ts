import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';

const REPOSITORY = resolve(__dirname, '../../..');

/** Content of a workspace's files, by path; what is not text is written as JSON. */
export type Files = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly all: string;
}

/** A real Nx workspace in a temporary folder, under git, that uses this repository's plugin from its source. */
export interface Workspace {
  readonly root: string;
  /** Runs Nx there; without its daemon, and with plugins in its own process, which is quick, unless `env` says otherwise. */
  readonly nx: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly git: (...args: string[]) => string;
  readonly write: (files: Files) => void;
  /** Writes files and commits everything; returns the commit. */
  readonly commit: (files?: Files) => string;
  readonly remove: () => void;
}

export const makeWorkspace = (files: Files): Workspace => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'polydev-workspace-')));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  const write = (more: Files) => Object.entries(more).forEach(([path, content]) => writeOne(join(root, path), content));
  const workspace: Workspace = {
    root,
    nx: (args, env) => runNx(root, args, env),
    git,
    write,
    commit: (more = {}) => {
      write(more);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'a change');
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@localhost');
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  write({ ...BASE_FILES, ...files });
  workspace.commit();
  return workspace;
};

/** Gives a workspace a remote `origin`, a bare repository at `path`, that has its branch. */
export const publishTo = (workspace: Workspace, path: string): void => {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], { stdio: 'pipe' });
  workspace.git('remote', 'add', 'origin', path);
  workspace.git('push', '--quiet', 'origin', 'main');
};

/** A project with a build and a test of its own, whose output is a copy of its source. */
export const project = (name: string, more: Readonly<Record<string, unknown>> = {}): Files => ({
  [`apps/${name}/project.json`]: {
    name,
    targets: {
      build: {
        command: 'mkdir -p dist && cp source.txt dist/',
        options: { cwd: '{projectRoot}' },
        cache: true,
        outputs: ['{projectRoot}/dist'],
      },
      test: { command: 'true' },
    },
    ...more,
  },
  [`apps/${name}/source.txt`]: `${name} 1\n`,
});

export const NX_JSON = {
  plugins: [{ plugin: '@polydev/nx-deploy' }],
  defaultBase: 'refs/deployed/sandbox',
  namedInputs: { default: ['{projectRoot}/**/*'] },
  analytics: false,
  neverConnectToCloud: true,
  tui: { enabled: false },
} as const;

const BASE_FILES: Files = {
  'package.json': { name: 'workspace-under-test', private: true },
  '.gitignore': 'node_modules\n.nx\ndist\n',
  'nx.json': NX_JSON,
};

const writeOne = (path: string, content: unknown): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
};

const runNx = async (
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const { exitCode, stdout, stderr, all } = await execa(
    process.execPath,
    [join(REPOSITORY, 'node_modules/.bin/nx'), ...args],
    {
      cwd: root,
      all: true,
      reject: false,
      stripFinalNewline: false,
      extendEnv: false,
      env: {
        ...ownEnvironment(),
        NX_DAEMON: 'false',
        NX_ISOLATE_PLUGINS: 'false',
        NX_CACHE_DIRECTORY: join(root, '.nx/cache'),
        ...env,
      },
    },
  );
  return { exitCode, stdout, stderr, all };
};

/** The tests' own environment, without what an Nx that runs these tests has put into it. */
export const ownEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(NX_|POLYDEV_|DEPLOY_|npm_|INIT_CWD$|CI$|FORCE_COLOR$)/.test(name),
    ),
  );
