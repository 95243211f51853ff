/**
 * What the rest of the house sees of `.deploy.yaml`: parsed, checked, defaults filled in, one environment chosen.
 * Below the manifest's reader nobody sees `unknown`, `process.env` or a default.
 */

import type { DatabaseTarget } from './database-config';
import type { EnvironmentSecrets, Secret } from './secret';

export * from './database-config';
export * from './secret';

export interface HostConfig {
  /** Name for people: what the manifest wrote, or the address. */
  readonly name: string;
  /** Host name, address or an alias of `~/.ssh/config`. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  /** Absolute paths. */
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
  readonly password?: Secret;
}

export interface HealthCheckConfig {
  /** As seen from the host. */
  readonly url: string;
  readonly status: number;
  /** Every key here must be in the JSON answer with the same value. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** Consecutive good answers that are asked for. */
  readonly successes: number;
}

export interface SharedEntry {
  /** Relative to the release, no trailing slash. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

/** How a target's hosts follow each other. */
export interface RollingConfig {
  /** Hosts that move at the same time. */
  readonly maxParallel: { readonly hosts: number } | { readonly percent: number };
  /** Milliseconds between one batch of hosts and the next. */
  readonly pauseMs: number;
}

/** A service that systemd runs from the release. */
export interface ServiceConfig {
  /** Command line, run in the release's directory. */
  readonly command: string;
  /** Account it runs as; undefined = one that systemd makes for it (`DynamicUser`). */
  readonly user?: string;
  /** `notify` says itself when it is ready (sd_notify); `exec` counts as started once it runs. */
  readonly type: 'notify' | 'exec';
  /** Where it listens in place; undefined where it listens nowhere, or only in slots. */
  readonly port?: number;
  /** Whether systemd holds the port and hands it over, so that no connection is refused during a restart. */
  readonly socket: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path on the host. */
  readonly environmentFile?: string;
  /** Absolute paths of secrets on the host, by the name under which the service finds them (`LoadCredential`). */
  readonly credentials: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  /** Absolute paths that it may write to beside its own state directory. */
  readonly writable: readonly string[];
  /** Whether what it does not need is taken from it. */
  readonly hardening: boolean;
  /** As systemd's `MemoryMax`. */
  readonly memoryMax?: string;
}

/** The traffic engine in front of a target. */
export interface TrafficConfig {
  readonly engine: 'haproxy';
  readonly address: string;
  readonly port: number;
  /** Ports on which the two slots listen (strategy blue-green). */
  readonly slots: { readonly blue: number; readonly green: number };
  readonly drainTimeoutMs: number;
  /** How long the release before stays running. */
  readonly keepWarmMs: number;
  /** How long a new release is watched once it has the traffic. */
  readonly observeMs: number;
  /** Share of requests that may fail in that time, from 0 to 1. */
  readonly maxFailedShare: number;
  /** systemd unit that owns the port until the engine takes it over. */
  readonly takesOver?: string;
}

/** The golden VM image of which a target is the agent. */
export interface GoldenImageConfig {
  readonly driver: 'auto' | 'qemu' | 'firecracker' | 'process';
  /** Whether the agent may run without a VM where `auto` finds no other way. */
  readonly allowProcess: boolean;
  /** `forward` = by a port of the host's loopback address; else by an address of its own, from the bridge's subnet. */
  readonly network:
    { readonly mode: 'forward' } | { readonly mode: 'bridge'; readonly bridge: string; readonly subnet: string };
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Images kept beside active, previous, pinned and running ones. */
  readonly keep: number;
  /** Time that the agent has from its start until it is ready. */
  readonly readyTimeoutMs: number;
}

export interface TargetConfig {
  /** Also the name of the Nx project. */
  readonly name: string;
  /** Absolute path on the host: the symlink that points at the live release. */
  readonly path: string;
  /** Folder of the workspace that holds the built output; undefined = the one output of the project's build target. */
  readonly artifact?: string;
  readonly build: 'local' | 'server';
  readonly buildCommand?: string;
  /** `auto` = by the lock file in the artifact; `none`; or a command. */
  readonly install: 'auto' | 'none' | { readonly command: string };
  readonly restart?: string;
  readonly healthCheck?: HealthCheckConfig;
  readonly preDeploy?: string;
  readonly postDeploy?: string;
  readonly shared: readonly SharedEntry[];
  /** What an adopted directory may hold and the release need not have. Exact relative paths or globs. */
  readonly drop: readonly string[];
  /** Names of the environment's encrypted values that it is given as environment variables, sorted. Undefined = none. */
  readonly secrets?: readonly string[];
  /** Releases kept besides the live one. */
  readonly keep: number;
  /** Targets that come before this one: declared, or inferred from a hook that uses their path. */
  readonly dependsOn: readonly string[];
  readonly strategy: 'rolling' | 'blue-green';
  readonly rolling: RollingConfig;
  /** What goes back when the target fails on a host; `host` = there alone. */
  readonly rollbackOnFailure: 'deployment' | 'target' | 'host' | false;
  /** The systemd service that is generated for it; undefined where it has its own unit, or none. */
  readonly service?: ServiceConfig;
  /** The traffic engine in front of it. */
  readonly traffic?: TrafficConfig;
  readonly sync: 'content' | 'rsync';
  /** Set where the target is the agent of a golden image. */
  readonly goldenImage?: GoldenImageConfig;
  readonly goldenImageRebuild: 'auto' | 'manual';
  /** Milliseconds each for install, server build, restart and hooks. */
  readonly commandTimeoutMs: number;
  /** Where people reach it. */
  readonly url?: string;
}

export interface ApprovalRule {
  readonly validForMs: number;
}

export interface RoleNames {
  readonly maintainers: readonly string[];
  readonly deployers: readonly string[];
}

export interface EnvironmentConfig {
  readonly name: string;
  /** Whether the rules of production hold: clean tree, branch, confirmation by name. */
  readonly protected: boolean;
  /** Branch that must be deployed from; undefined = any. */
  readonly branch?: string;
  /** Git address of the repository that the branch is looked up in; undefined = the remote `origin`. */
  readonly repository?: string;
  /** Set where every deploy needs the approval of somebody else; for how long one holds. */
  readonly approval?: ApprovalRule;
  /** Who may do what, by names of the allowed signers; undefined = everybody who can log in to the hosts. */
  readonly roles?: RoleNames;
  readonly hosts: readonly HostConfig[];
  /** Whether hosts that cannot be reached are left out, where that was asked for: they are brought level later. */
  readonly allowMissingHosts?: boolean;
  /** Absolute path on every host, without trailing slash. */
  readonly stateDir: string;
  readonly targets: readonly TargetConfig[];
  /** Targets that are databases, apart: they have no place on a host. Undefined = none. */
  readonly databases?: readonly DatabaseTarget[];
  /** Set by whoever runs an operation on it, where a target has `secrets`; a manifest has none. */
  readonly secrets?: EnvironmentSecrets;
  /** Absolute path of the file of keys whose signatures count; set, only signed releases are started. */
  readonly allowedSigners?: string;
  /** Absolute path of the key that signs releases and the audit log; undefined = nothing is signed. */
  readonly signingKey?: string;
  /** Said to the user once a run: for instance that a password is used, or that a variable was ignored. */
  readonly notes: readonly string[];
}
