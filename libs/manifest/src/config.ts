/**
 * What the rest of the house sees of `.deploy.yaml`: parsed, checked, defaults filled in, one environment chosen.
 * Below the manifest's reader nobody sees `unknown`, `process.env` or a default.
 */

/** A value that prints as `[redacted]`; `reveal()` is called only where it leaves for its receiver. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[redacted]';
  }
  toJSON(): string {
    return '[redacted]';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

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
  /** Releases kept besides the live one. */
  readonly keep: number;
  /** Targets that come before this one: declared, or inferred from a hook that uses their path. */
  readonly dependsOn: readonly string[];
  readonly strategy: 'rolling' | 'blue-green';
  readonly rollbackOnFailure: 'deployment' | 'target' | false;
  readonly sync: 'content' | 'rsync';
  readonly goldenImageRebuild: 'auto' | 'manual';
  /** Milliseconds each for install, server build, restart and hooks. */
  readonly commandTimeoutMs: number;
  /** Where people reach it. */
  readonly url?: string;
}

export interface EnvironmentConfig {
  readonly name: string;
  /** Whether the rules of production hold: clean tree, branch, confirmation by name. */
  readonly protected: boolean;
  /** Branch that must be deployed from; undefined = any. */
  readonly branch?: string;
  readonly hosts: readonly HostConfig[];
  /** Absolute path on every host, without trailing slash. */
  readonly stateDir: string;
  readonly targets: readonly TargetConfig[];
  /** Said to the user once a run: for instance that a password is used, or that a variable was ignored. */
  readonly notes: readonly string[];
}
