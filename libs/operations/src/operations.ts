import type { DeploymentHead, DeploymentRecord, TargetRecord } from '@polydev/contract';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { Report } from '@polydev/reporting';

/** What every operation is given. */
export interface OperationContext {
  readonly environment: EnvironmentConfig;
  readonly report: Report;
  /** Aborted by Ctrl-C: what was begun is undone. */
  readonly signal: AbortSignal;
}

export interface DeployInput extends OperationContext {
  readonly target: TargetConfig;
  /** Absolute path of the built output (of the sources where `build: server`). */
  readonly artifactDirectory: string;
  readonly head: DeploymentHead;
}
/** Deploys one target to every host of its environment and returns its part of the record; never throws for a failed step. */
export type DeployTarget = (input: DeployInput) => Promise<TargetRecord>;

export interface PreflightInput extends OperationContext {
  readonly head: DeploymentHead;
  /** Targets of this run; what their hosts need is checked. */
  readonly targets: readonly TargetConfig[];
}
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  readonly code: string;
  readonly host?: string;
  readonly message: string;
  readonly hint: string;
}
/** Looks at everything a run needs before anything is touched, reports all findings in one go and returns them. */
export type Preflight = (input: PreflightInput) => Promise<readonly Finding[]>;

export interface CloseInput extends OperationContext {
  readonly deployment: string;
  /** Given when the run's parts may be missing altogether (a target never reached). */
  readonly head?: DeploymentHead;
}
/** Finishes or undoes what tasks of the run left, joins the parts of the record on every host, returns the record. Idempotent. */
export type CloseDeployment = (input: CloseInput) => Promise<DeploymentRecord | undefined>;

export interface StatusInput extends OperationContext {
  readonly target: TargetConfig;
  /** Entries of history wanted. */
  readonly limit: number;
}
export interface HostStatus {
  readonly host: string;
  readonly release: string | undefined;
  readonly sha: string | undefined;
  readonly digest: string | undefined;
  readonly health: 'healthy' | 'unhealthy' | 'not-checked' | 'unreachable';
  readonly healthDetail?: string;
  readonly since: string | undefined;
  readonly by: string | undefined;
  /** Files of the live tree that differ from the artifact's list. */
  readonly drift: readonly { readonly path: string; readonly kind: 'changed' | 'missing' | 'extra' }[];
  /** `idle`, `deploying` (somebody holds the lock) or `interrupted` (a run died half-way; the next deploy mends it). */
  readonly state: 'idle' | 'deploying' | 'interrupted' | 'stuck';
  readonly releases: readonly { readonly release: string; readonly sha: string; readonly digest: string }[];
}
export interface TargetStatus {
  readonly target: string;
  readonly environment: string;
  readonly url?: string;
  readonly hosts: readonly HostStatus[];
  readonly history: readonly {
    readonly deployment: string;
    readonly sha: string;
    readonly outcome: string;
    readonly by: string;
    readonly at: string;
  }[];
}
export type StatusOfTarget = (input: StatusInput) => Promise<TargetStatus>;

/** What is live of one target on one host, by the newest record that says so (`moved`, or `unchanged` at a newer commit). */
export interface LiveSha {
  readonly target: string;
  readonly host: string;
  /** Undefined when no release is live. */
  readonly sha: string | undefined;
  /** Whether the tree it was built from had changes that the SHA does not name. */
  readonly dirty?: boolean;
  /** Id of the deployment whose record says so. */
  readonly deployment?: string;
}
/** The SHAs that are live, per target, over all hosts of the environment; a target with no release has none. */
export type LiveShas = (context: OperationContext) => Promise<readonly LiveSha[]>;
