import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { startSshd, type SshdSettings, type TestSshd } from '@polydev/host/testing';
import {
  type Answer,
  type Files,
  makeWorkspace,
  ownEnvironment,
  project,
  publishTo,
  type Workspace,
} from './workspace';

/** A workspace with one target `web`, a remote that it was pushed to, and a server that is its production. */
export interface GuardedWorld {
  readonly sshd: TestSshd;
  readonly workspace: Workspace;
  /** The bare repository that is `origin`. */
  readonly remote: string;
  /** Path of a person's private key; made when it is first asked for. */
  readonly key: (name: string) => string;
  /** Writes the manifest anew with these lines in `production`, and commits and pushes it with other files. */
  readonly publish: (production?: string, files?: Files) => void;
  /** What web serves; undefined where nothing was deployed. */
  readonly live: () => string | undefined;
  /** `nx run web:<verb> -c production`, with all that comes before it. */
  readonly run: (verb: string, args?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** Types a line of the docs, which is about a target of this repository. */
  readonly type: (line: string, env?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** Everything below the server's directories, to see that nothing was changed. */
  readonly disk: () => string;
  readonly stop: () => Promise<void>;
}

/** What the manifest says of the host, beside its name; `undefined` leaves a line out. */
export interface HostLines {
  readonly identity_file?: string | undefined;
  readonly known_hosts?: string | undefined;
  readonly port?: number;
}

export interface GuardedSettings {
  readonly sshd?: SshdSettings;
  /** Replaces what the host's lines would be. */
  readonly host?: (sshd: TestSshd) => HostLines;
  /** Further keys of the target. */
  readonly target?: (sshd: TestSshd) => string;
}

/** Starts everything; the first commit is pushed, and nothing is deployed. */
export const startGuardedWorld = async (settings: GuardedSettings = {}): Promise<GuardedWorld> => {
  const sshd = await startSshd(settings.sshd);
  const manifest = (production = ''): string => `version: 1.0
state_dir: ${sshd.directory}/state
targets:
  web:
    path: ${sshd.directory}/opt/web
${settings.target?.(sshd) ?? ''}
environments:
  production:
    hosts:
      - ${JSON.stringify(hostOf(sshd, settings))}
${production}
`;
  const workspace = makeWorkspace({ ...project('web'), '.deploy.yaml': manifest() });
  const remote = join(sshd.directory, 'remote.git');
  publishTo(workspace, remote);
  const keys = new Map<string, string>();
  return {
    sshd,
    workspace,
    remote,
    key: (name) => {
      const path = keys.get(name) ?? makeKey(join(sshd.directory, `signs-${name}`));
      keys.set(name, path);
      return path;
    },
    publish: (production, files = {}) => {
      workspace.commit({ '.deploy.yaml': manifest(production), ...files });
      workspace.git('push', '--quiet', 'origin', 'main');
    },
    live: () => textOf(join(sshd.directory, 'opt/web/source.txt')),
    run: (verb, args = [], env = {}) =>
      workspace.nx(['run', `web:${verb}`, '-c', 'production', '--output-style=static', ...args], {
        HOME: sshd.directory,
        ...env,
      }),
    type: async (line, env = {}) => {
      const answer = await execa('bash', ['-euc', line.replaceAll('master-controller', 'web')], {
        cwd: workspace.root,
        all: true,
        reject: false,
        stripFinalNewline: false,
        stdin: 'ignore',
        extendEnv: false,
        env: {
          ...ownEnvironment(),
          NX_DAEMON: 'false',
          NX_ISOLATE_PLUGINS: 'false',
          NX_DEFAULT_OUTPUT_STYLE: 'static',
          HOME: sshd.directory,
          ...env,
        },
      });
      return answer as Answer;
    },
    disk: () => ['opt', 'state'].flatMap((name) => listing(join(sshd.directory, name))).join('\n'),
    stop: async () => {
      workspace.remove();
      await sshd.stop();
    },
  };
};

/** A line of an allowed-signers file. */
export const signerLine = (names: string, key: string): string =>
  `${names} ${readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim()}\n`;

const hostOf = (sshd: TestSshd, { host }: GuardedSettings) => {
  const { port, user, clientKey, knownHostsFile } = sshd;
  const lines = { port, identity_file: clientKey.path, known_hosts: knownHostsFile, ...host?.(sshd) };
  return { name: 'box', address: '127.0.0.1', user, ...lines };
};

const makeKey = (path: string): string => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path], { stdio: 'pipe' });
  return path;
};

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
};

/** Every path below a directory, with what a file holds and where a link leads. */
const listing = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(path)}`;
        return entry.isFile() ? `${path}: ${textOf(path) ?? ''}` : path;
      })
      .sort();
  } catch {
    return [];
  }
};
