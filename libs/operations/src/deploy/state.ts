import { releaseInfoSchema, targetFileSchema, type ReleaseInfo, type TargetFile } from '@polydev/contract';
import { commandFailed, type CommandResult, type Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { lastRun, type RunState } from '@polydev/runbook';
import { targetLayout } from '../layout';
import { program } from '../programs';

export interface ReleaseOnHost {
  readonly id: string;
  /** Undefined for an adopted directory. */
  readonly info: (ReleaseInfo & { readonly settings?: string }) | undefined;
  readonly hasList: boolean;
}

/** What a target is on one host, read in one round trip. */
export interface TargetState {
  readonly path: {
    readonly kind: 'absent' | 'symlink' | 'directory' | 'other';
    /** Text of the symlink. */
    readonly link: string | undefined;
    /** Id of the release the symlink points at, where it is one of ours. */
    readonly release: string | undefined;
  };
  readonly releases: readonly ReleaseOnHost[];
  /** Paths of the target's shared entries that are there. */
  readonly sharedPresent: ReadonlySet<string>;
  /** Keys of installed dependencies. */
  readonly dependencies: readonly string[];
  readonly lastRun: RunState | undefined;
  /** Ids of all runs, in the order in which they began: the only order that no deployer's clock has a part in. */
  readonly runs: readonly string[];
  readonly targetFile: TargetFile | undefined;
  /** Whether decrypted values lie there for the target's service. */
  readonly secretsPlaced: boolean;
  /** Version of Node, `v20.20.2`; empty where there is none. */
  readonly node: string;
  /** `x86_64` and the like. */
  readonly machine: string;
}

interface RawState {
  readonly path: { kind: TargetState['path']['kind']; link: string | null; release: string | null };
  readonly releases: readonly { id: string; info: string | null; hasList: boolean }[];
  readonly sharedPresent: readonly boolean[];
  readonly dependencies: readonly string[];
  readonly journal: string;
  readonly runs: readonly string[];
  readonly targetFile: string | null;
  readonly secretsPlaced: boolean;
  readonly node: string;
  readonly machine: string;
}

/** Reads the state of a target on a host. Looks only. */
export const readState = async (host: Host, stateDir: string, target: TargetConfig): Promise<TargetState> => {
  const shared = target.shared.map((entry) => entry.path);
  const raw = await answerOf<RawState>(
    host,
    host.exec(program('state', target.path, targetLayout(stateDir, target.name).home, ...shared)),
  );
  return {
    path: { kind: raw.path.kind, link: raw.path.link ?? undefined, release: raw.path.release ?? undefined },
    releases: raw.releases.map(({ id, info, hasList }) => ({ id, info: parseInfo(info), hasList })),
    sharedPresent: new Set(shared.filter((_, index) => raw.sharedPresent[index])),
    dependencies: raw.dependencies,
    lastRun: lastRun(raw.journal),
    runs: raw.runs,
    targetFile: parseJson(raw.targetFile, targetFileSchema.safeParse.bind(targetFileSchema)),
    secretsPlaced: raw.secretsPlaced,
    node: raw.node,
    machine: raw.machine,
  };
};

/** The JSON answer of one of our programs; throws what its failure means. */
export const answerOf = async <T>(host: Host, command: Promise<CommandResult>): Promise<T> => {
  const result = await command;
  if (result.exitCode !== 0) throw commandFailed(result, host);
  return JSON.parse(result.stdout) as T;
};

const storedInfoSchema = releaseInfoSchema.loose();
const parseInfo = (text: string | null): ReleaseOnHost['info'] =>
  parseJson(text, storedInfoSchema.safeParse.bind(storedInfoSchema));

const parseJson = <T>(
  text: string | null,
  check: (value: unknown) => { success: boolean; data?: T | undefined },
): T | undefined => {
  if (text === null) return undefined;
  try {
    return check(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
