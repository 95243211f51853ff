import type { DriverName, ImageManifest, Layer, LayerName, Verdict } from '@polydev/contract';
import type { ImageFiles, Snapshot } from '../drivers/driver';
import type { ImagesLayout } from '../layout';
import type { ImageSettings } from '../settings';
import type { Reached } from '../store';

/** What an agent was built from. */
export interface AgentSource {
  readonly sha: string;
  readonly digest: string;
  readonly release: string;
}

/** Layers in the layer store, each verified. */
export interface PreparedLayers {
  /** Of the image that they make. */
  readonly id: string;
  readonly kind: ImageManifest['kind'];
  readonly layers: readonly Layer[];
  /** Absolute path of each layer in the layer store. */
  readonly files: Readonly<Partial<Record<LayerName, string>>>;
  /** Those that were not there already. */
  readonly rebuilt: readonly LayerName[];
  /** Program → version, of what built them. */
  readonly versions: Readonly<Record<string, string>>;
  /** Returns the bill of materials of the image, CycloneDX as JSON. */
  readonly sbom: (image: { readonly id: string; readonly createdAt: string }) => Promise<string>;
}

/** What a boot of an image showed. */
export interface CheckResult {
  readonly verdict: Verdict;
  /** What was seen, as a sentence without its full stop. */
  readonly detail: string;
  /** Last lines of the guest's console. */
  readonly console: readonly string[];
  readonly driver: DriverName;
  readonly accelerator: 'kvm' | 'tcg' | 'none';
  readonly machine: string;
  /** Of the VMM; Node's without one. */
  readonly version: string;
  readonly bootMs: number;
  readonly restoreMs?: number;
  readonly clockSkewMs?: number;
  /** Of a guest that waits to be woken, below the directory of the check; of `full` where the driver has snapshots. */
  readonly snapshot?: Snapshot | undefined;
}

export interface CheckRequest {
  readonly image: ImageFiles;
  /** The digest that the agent has to answer. */
  readonly digest: string;
  /** `boot`: boots once to a ready agent. `full`: two clones are compared as well. */
  readonly depth: 'boot' | 'full';
  /** A name in `work` that is its alone; it makes the directory, and leaves nothing there that runs. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** What the pipeline does not do itself. */
export interface PipelineParts {
  readonly settings: ImageSettings;
  readonly buildLayers: (request: {
    readonly agent: string;
    readonly source: AgentSource;
    readonly signal: AbortSignal;
  }) => Promise<PreparedLayers>;
  readonly check: (request: CheckRequest) => Promise<CheckResult>;
  /** Ends the VMs that a dead builder left in a directory of `work`. */
  readonly endLeftVms: (directory: string) => Promise<void>;
  /** Ids of images that running VMs use. */
  readonly leased: (layout: ImagesLayout) => Promise<ReadonlySet<string>>;
  readonly now: () => Date;
  /** Who runs it: `anna@laptop`. */
  readonly by: string;
  readonly report: (event: StepEvent) => void;
  readonly signal: AbortSignal;
  /** Called between the steps; a test ends the process there. */
  readonly reached?: Reached;
}

export type StepName =
  'lock' | 'clean' | 'layers' | 'verify' | 'repair' | 'validate' | 'store' | 'activate' | 'collect';

/** What happens, as it happens. */
export interface StepEvent {
  readonly event: 'step';
  readonly step: StepName;
  readonly state: 'started' | 'done' | 'skipped';
  readonly detail?: string;
  readonly durationMs?: number;
}
