import type { Duplex, Readable, Writable } from 'node:stream';

/** A command as a list of arguments; never a shell string with values in it. */
export type Argv = readonly [string, ...string[]];

/** How a command ended. A non-zero exit is a result, not an error. */
export interface CommandResult {
  readonly argv: Argv;
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface ExecOptions {
  /** Sent to the command's standard input, which is then closed. Secrets travel here, never in argv. */
  readonly stdin?: string | Buffer | Readable;
  /** Aborting ends the command's whole process group and rejects with COMMAND_CANCELED. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the command's process group is ended and COMMAND_TIMED_OUT is thrown. */
  readonly timeoutMs?: number;
  /**
   * Bytes kept of stdout and of stderr, each. A {@link HostShell.run} keeps the end of what is longer (default 1 MiB);
   * a {@link Host.exec} is ended and fails, so that nobody reads half a list (default 64 MiB).
   */
  readonly maxOutput?: number;
}

/** One machine that commands can be run on, over one connection. */
export interface Host {
  /** Name in the manifest, for people. */
  readonly name: string;
  /** `user@address:port`, for messages. */
  readonly address: string;
  /** Takes what nobody may read out of a text that comes from there, before it is cut or shown. Left out = nothing to take. */
  readonly redact?: (text: string) => string;
  /** Runs a command that only looks. Everything that writes goes through a {@link HostShell}. */
  exec(argv: Argv, options?: ExecOptions): Promise<CommandResult>;
  /** A TCP connection that the host itself opens to `address:port`; FORWARDING_REFUSED where sshd forbids it. */
  connect(address: string, port: number): Promise<Duplex>;
  /**
   * Takes the lock `lockFile` (flock, not waiting) and returns the one shell through which every write goes.
   * Throws LOCK_HELD when another process has it.
   */
  openShell(options: ShellOptions): Promise<HostShell>;
  /** Ends the connection; further calls fail. */
  close(): Promise<void>;
}

export interface ShellOptions {
  /** What the lock guards, for messages. */
  readonly target: string;
  /** Absolute path on the host; its directory is made if missing. */
  readonly lockFile: string;
  /** Written to `<lockFile>.json` for people while the lock is held: who, where, since when, which deployment. */
  readonly holder: { readonly by: string; readonly from: string; readonly since: string; readonly deployment: string };
  /** Milliseconds without a sign of life from here after which the host ends the shell. Default 15,000. */
  readonly heartbeatTimeoutMs?: number;
}

export interface ShellRunOptions extends ExecOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether the command inherits the lock's descriptor, so that an orphan still holds the lock until it ends.
   * Default true; false for restart commands and hooks, which may leave a daemon behind.
   */
  readonly keepLock?: boolean;
  /** Gets the command's stdout as it comes; the result's `stdout` is empty then. It is not ended by the run. */
  readonly stdout?: Writable;
}

/** The one process on a host that holds a target's lock. Calls run one after another, in the order they were made. */
export interface HostShell {
  readonly host: Host;
  run(argv: Argv, options?: ShellRunOptions): Promise<CommandResult>;
  /** Appends one line to a file (made if missing) and waits until it is on disk. */
  append(path: string, line: string): Promise<void>;
  /** Replaces a file whole: temporary name, fsync, rename, fsync of the directory. Missing directories are made. */
  writeFile(path: string, content: string, mode?: number): Promise<void>;
  /** Gives the lock back and ends the process on the host. */
  release(): Promise<void>;
}
