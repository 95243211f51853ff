import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AGENT_FILE } from '../guest/init';
import { readAgentFiles, type AgentEntry, type AgentFiles } from './agent-files';
import { EROFS_OPTIONS, writeErofs } from './erofs';
import { makeDirectory, sha256OfText } from './files';
import type { LayerStore, StoredLayer } from './layer-store';
import { runProgram, tellingFullDisk } from './run-program';

export interface AgentRequest {
  readonly store: LayerStore;
  readonly directory: string;
  /** SHA-256 of the artifact's file list; the agent answers with it. */
  readonly digest: string;
  /** A disk for a guest, or an archive that is unpacked where the agent is started as a process. */
  readonly format:
    { readonly kind: 'erofs'; readonly program: string } | { readonly kind: 'tar'; readonly program: string };
  readonly thorough: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface AgentLayer {
  readonly layer: StoredLayer;
  readonly built: boolean;
  readonly name: string;
  readonly version: string;
}

/** Sorted, and without times, owners or what differs between formats: the same files give the same archive. */
const TAR_OPTIONS = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'] as const;
const OPTIONS = { erofs: EROFS_OPTIONS, tar: TAR_OPTIONS } as const;

/** The layer of the agent's own files, and `.agent.json`, which says its version and digest. Throws AGENT_UNUSABLE. */
export const agentLayer = async (request: AgentRequest): Promise<AgentLayer> => {
  const { store, directory, digest, format, thorough } = request;
  const { entries, name, version } = await readAgentFiles(directory);
  const about = `${JSON.stringify({ version, digest })}\n`;
  const program = await store.hashOf(format.program);
  const key = sha256OfText(JSON.stringify([format.kind, OPTIONS[format.kind], program, about, entries]));
  const found = await store.find('agent', key, thorough);
  if (found) return { layer: found, built: false, name, version };
  const layer = await store.workspace((workspace) => buildAgent({ ...request, workspace, entries, about, key }));
  return { layer, built: true, name, version };
};

interface Build extends AgentRequest {
  readonly workspace: string;
  readonly entries: AgentFiles['entries'];
  readonly about: string;
  readonly key: string;
}

const buildAgent = async (build: Build): Promise<StoredLayer> => {
  const { store, workspace, key } = build;
  const tree = join(workspace, 'agent');
  const doing = 'building the agent layer';
  await tellingFullDisk({ directory: workspace, doing }, () => layOut(tree, build));
  const file = join(workspace, 'layer');
  await writeLayer(build, { tree, file, doing });
  return store.add({ kind: 'agent', key, file });
};

const layOut = async (tree: string, { directory, entries, about }: Build): Promise<void> => {
  await mkdir(tree);
  await chmod(tree, 0o755);
  for (const entry of entries) await layOutEntry({ tree, directory, entry });
  await writeFile(join(tree, AGENT_FILE), about);
  await chmod(join(tree, AGENT_FILE), 0o644);
};

const layOutEntry = async (facts: {
  readonly tree: string;
  readonly directory: string;
  readonly entry: AgentEntry;
}): Promise<void> => {
  const { tree, directory, entry } = facts;
  const to = join(tree, entry.path);
  switch (entry.type) {
    case 'directory':
      return makeDirectory(tree, to);
    case 'symlink':
      return symlink(entry.to, to);
    case 'file':
      await makeDirectory(tree, dirname(to));
      await copyFile(join(directory, entry.path), to, constants.COPYFILE_FICLONE);
      return chmod(to, entry.executable ? 0o755 : 0o644);
  }
};

const writeLayer = async (
  { format, key, signal }: Build,
  { tree, file, doing }: { readonly tree: string; readonly file: string; readonly doing: string },
): Promise<void> => {
  switch (format.kind) {
    case 'erofs':
      return writeErofs({ program: format.program, from: tree, to: file, key, doing, signal });
    case 'tar': {
      const argv = [format.program, ...TAR_OPTIONS, '-cf', file, '-C', tree, '.'] as const;
      await runProgram({ doing, argv: [argv[0], ...argv.slice(1)], cwd: tree, signal });
    }
  }
};
