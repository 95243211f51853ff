import type { Layer, LayerName } from '@polydev/contract';
import { LAYER_FILES, PROCESS_AGENT_FILE } from '../layout';
import { LAYER_TOOLS, requireTools } from '../tools';
import { agentLayer, type AgentLayer } from './agent-layer';
import { baseLayer } from './base-layer';
import { imageIdOf } from './image-id';
import { kernelLayers, type KernelForm } from './kernel-layers';
import { LayerStore, type StoredLayer } from './layer-store';
import { erofsVersion, type BuilderVersions } from './versions';

export interface LayersRequest {
  /** `<state_dir>/images`. */
  readonly root: string;
  /** Whether the image boots, or its agent is started as a process: then it is the only layer. */
  readonly kind: 'vm' | 'process';
  readonly agent: {
    readonly directory: string;
    /** SHA-256 of the artifact's file list. */
    readonly digest: string;
  };
  /** `elf` for Firecracker, see kernel-elf.ts for what that takes; the kernel that QEMU starts fastest unless told otherwise. */
  readonly kernelForm?: KernelForm;
  /** Look for a newer kernel than the one that is remembered. */
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

export interface BuiltLayers {
  readonly id: string;
  readonly kind: 'vm' | 'process';
  readonly layers: readonly Layer[];
  /** Absolute path of each layer in the store. */
  readonly files: Readonly<Partial<Record<LayerName, string>>>;
  /** Layers that were not in the store, or were damaged there. */
  readonly rebuilt: readonly LayerName[];
  readonly contents: ImageContents;
  /** Program → version, of what they are made of and built with, for the image's manifest. */
  readonly versions: BuilderVersions;
}

/** What went into an image, for its bill of materials. */
export interface ImageContents {
  readonly agent: { readonly name: string; readonly version: string; readonly digest: string };
  /** `v20.20.2` */
  readonly node: string;
  readonly kernel?: { readonly name: string; readonly version: string; readonly architecture: string };
  /** Files of this machine that the base and the initrd are made of. */
  readonly files: readonly string[];
}

/**
 * Turns an agent's folder into the layers of an image, in the store below `root`. Only what is not there is built. Where something
 * is, all layers are hashed that are taken from the store; where nothing is, their sizes and times have to do.
 *
 * Throws IMAGE_TOOLS_MISSING, AGENT_UNUSABLE, KERNEL_UNAVAILABLE, IMAGE_DISK_FULL, LAYER_BUILD_FAILED; the store holds whole
 * layers only, whenever and however this ends.
 */
export const buildLayers = async (request: LayersRequest): Promise<BuiltLayers> => {
  const store = await LayerStore.open(request.root);
  const build = (thorough: boolean) =>
    request.kind === 'vm' ? buildForVm(store, request, thorough) : buildForProcess(store, request);
  const first = await build(false);
  const built = first.rebuilt.length === 0 ? first : await thoroughly(first, build);
  await store.save();
  return built;
};

/** A second look at the layers taken from the store; the ones just built are found there. */
const thoroughly = async (
  first: BuiltLayers,
  build: (thorough: boolean) => Promise<BuiltLayers>,
): Promise<BuiltLayers> => {
  const second = await build(true);
  return { ...second, rebuilt: [...new Set([...first.rebuilt, ...second.rebuilt])] };
};

const buildForVm = async (store: LayerStore, request: LayersRequest, thorough: boolean): Promise<BuiltLayers> => {
  const tools = requireTools(LAYER_TOOLS.vm);
  const shared = { store, tools, thorough, signal: request.signal };
  const format = { kind: 'erofs', program: tools['mkfs.erofs'] } as const;
  // First, because it is what may be wrong with what the user gave.
  const agent = await agentLayer({ ...shared, ...request.agent, format });
  const fromKernel = await kernelLayers({
    ...shared,
    form: request.kernelForm ?? 'qemu',
    refresh: (request.refresh ?? false) && !thorough,
  });
  const base = await baseLayer({ ...shared, node: process.execPath });
  const { name, version, architecture } = fromKernel.package;
  return described('vm', {
    stored: { kernel: fromKernel.kernel, base: base.layer, initrd: fromKernel.initrd, agent: agent.layer },
    rebuilt: [...fromKernel.built, ...(base.built ? (['base'] as const) : []), ...builtAgent(agent)],
    versions: { node: process.version, [name]: version, 'mkfs.erofs': await erofsVersion(tools['mkfs.erofs']) },
    contents: {
      ...contentsOf(agent, request),
      kernel: { name, version, architecture },
      files: [...new Set([...base.files, tools.busybox])].sort(),
    },
  });
};

const buildForProcess = async (store: LayerStore, request: LayersRequest): Promise<BuiltLayers> => {
  const tools = requireTools(LAYER_TOOLS.process);
  const { agent: given, signal } = request;
  const agent = await agentLayer({
    store,
    ...given,
    format: { kind: 'tar', program: tools.tar },
    thorough: true,
    signal,
  });
  return described('process', {
    stored: { agent: agent.layer },
    rebuilt: builtAgent(agent),
    versions: { node: process.version },
    contents: contentsOf(agent, request),
  });
};

const builtAgent = (agent: AgentLayer): readonly LayerName[] => (agent.built ? ['agent'] : []);

const contentsOf = ({ name, version }: AgentLayer, { agent: { digest } }: LayersRequest): ImageContents => ({
  agent: { name, version, digest },
  node: process.version,
  files: [],
});

const described = (
  kind: 'vm' | 'process',
  built: {
    readonly stored: Readonly<Partial<Record<LayerName, StoredLayer>>>;
    readonly rebuilt: readonly LayerName[];
    readonly contents: ImageContents;
    readonly versions: BuilderVersions;
  },
): BuiltLayers => {
  const stored = Object.entries(built.stored) as [LayerName, StoredLayer][];
  const layers = stored.map(([name, { sha256, size }]) => ({ name, file: fileOf(kind, name), sha256, size }));
  return {
    id: imageIdOf(kind, layers),
    kind,
    layers,
    files: Object.fromEntries(stored.map(([name, { path }]) => [name, path])),
    rebuilt: built.rebuilt,
    contents: built.contents,
    versions: built.versions,
  };
};

const fileOf = (kind: 'vm' | 'process', name: LayerName): string =>
  kind === 'process' ? PROCESS_AGENT_FILE : LAYER_FILES[name];
