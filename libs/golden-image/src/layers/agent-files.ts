import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { RELEASE_FILE } from '@polydev/contract';
import { agentUnusable, printableName } from '@polydev/errors';
import { AGENT_FILE } from '../guest/init';
import { sha256Of } from './files';

/** What is in an agent's folder. Paths are relative to it and sorted. */
export type AgentEntry =
  | { readonly path: string; readonly type: 'directory' }
  | { readonly path: string; readonly type: 'file'; readonly executable: boolean; readonly sha256: string }
  | { readonly path: string; readonly type: 'symlink'; readonly to: string };

export interface AgentFiles {
  readonly directory: string;
  /** Of its package.json; `0.0.0` where it says none. */
  readonly name: string;
  readonly version: string;
  readonly entries: readonly AgentEntry[];
}

/** What the guest starts; at the top of the agent's folder. */
const ENTRY = 'main.js';
/** Goes into the guest's environment and into one line of JSON that a shell reads. */
const VERSION = /^[\w.+-]{1,64}$/;

/**
 * The files of an agent without what differs between two releases of one digest. Throws AGENT_UNUSABLE with everything that
 * is wrong with them: no `main.js`, a link that leads out of the folder, a socket.
 */
export const readAgentFiles = async (directory: string): Promise<AgentFiles> => {
  const problems: string[] = [];
  const names = await readdir(directory, { recursive: true }).catch((error: unknown) => {
    throw agentUnusable({ directory, problems: [`it cannot be read (${(error as NodeJS.ErrnoException).code})`] });
  });
  if (!names.includes(ENTRY)) problems.push(`it has no ${ENTRY}`);
  const entries: AgentEntry[] = [];
  for (const path of names.filter((name) => name !== RELEASE_FILE && name !== AGENT_FILE).sort()) {
    const entry = await readEntry(directory, path).catch((error: unknown) => whyNot(path, error));
    if (typeof entry === 'string') problems.push(printableName(entry));
    else entries.push(entry);
  }
  if (entries.some(({ path, type }) => path === ENTRY && type === 'directory'))
    problems.push(`its ${ENTRY} is a folder`);
  const identity = await readPackage(directory);
  if (!VERSION.test(identity.version)) problems.push(`its version ${JSON.stringify(identity.version)} is none`);
  if (problems.length > 0) throw agentUnusable({ directory, problems });
  return { directory, ...identity, entries };
};

const readEntry = async (directory: string, path: string): Promise<AgentEntry | string> => {
  const full = join(directory, path);
  const found = await lstat(full);
  if (found.isDirectory()) return { path, type: 'directory' };
  if (found.isFile())
    return { path, type: 'file', executable: (found.mode & 0o100) !== 0, sha256: await sha256Of(full) };
  if (!found.isSymbolicLink()) return `${path} is neither a file nor a folder nor a link`;
  const to = await readlink(full);
  const away = relative(directory, resolve(full, '..', to));
  if (isAbsolute(to) || away === '..' || away.startsWith('../')) return `the link ${path} leads out of it`;
  return { path, type: 'symlink', to };
};

/** A name that is no UTF-8 is read as another one, which no file has. */
const whyNot = (path: string, error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT'
    ? `${path} was removed meanwhile, or its name is no UTF-8`
    : `${path} cannot be read (${code ?? String(error)})`;
};

const readPackage = async (directory: string): Promise<{ name: string; version: string }> => {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}');
  const { name, version } = parseObject(text);
  return {
    name: typeof name === 'string' ? name : 'agent',
    version: typeof version === 'string' ? version : '0.0.0',
  };
};

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};
