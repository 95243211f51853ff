import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealWorld } from './real-world';

export interface SlotSeen {
  readonly release?: string;
  readonly on: boolean;
  readonly active: boolean;
}

/** What a host is, as `seen-from-inside.cjs` found it there. */
export interface Seen {
  /** What clients one after another were given: digests that the service said, or what came instead. Each once. */
  readonly served: readonly string[];
  readonly path: { readonly kind: 'absent' | 'symlink' | 'directory' | 'other'; readonly release?: string };
  readonly releases: readonly {
    readonly id: string;
    /** As the demo service would say it of the tree on the disk. */
    readonly digest: string;
    readonly hasList: boolean;
    /** Lines in which the tree and its list differ. */
    readonly differs: readonly string[];
  }[];
  readonly slots: Readonly<Record<'blue' | 'green', SlotSeen>>;
  /** State of each server of the engine. */
  readonly engine?: Readonly<Record<string, 'ready' | 'drain' | 'maint'>>;
  /** Slot that the engine's configuration has live. */
  readonly configured?: string;
  readonly journal: string;
  readonly targetFile?: string;
  /** Text of each record by its id. */
  readonly records: Readonly<Record<string, string>>;
  /** Names of deployments that were not closed. */
  readonly open: readonly string[];
  /** Texts of their parts. */
  readonly parts: readonly string[];
  /** Releases that were being placed. */
  readonly partial: readonly string[];
  readonly locksFree: boolean;
  /** Units of systemd that failed. */
  readonly failed: string;
}

const PROGRAM = readFileSync(join(__dirname, 'seen-from-inside.cjs'), 'utf8');

/** Looks at one of the world's hosts, from inside. Takes about a third of a second. */
export const lookAt = async ({ machines, environment, target }: RealWorld, index: number): Promise<Seen> => {
  const port = String(target.traffic?.port ?? 0);
  const argv = ['node', '-', environment.stateDir, target.name, target.path, port];
  const answer = await machines[index]?.run(argv, { input: PROGRAM, timeout: 60_000 });
  if (answer?.exitCode !== 0) throw new Error(`Host ${index + 1} could not be looked at: ${answer?.stderr}`);
  return JSON.parse(answer.stdout) as Seen;
};
