/** How to reach one host. A host of the manifest can be passed as it is. */
export interface SshOptions {
  /** Name for people. */
  readonly name: string;
  /** Host name, address or an alias of `~/.ssh/config`. */
  readonly address: string;
  /** What stands here wins over `~/.ssh/config`. */
  readonly port?: number;
  readonly user?: string;
  /** Absolute path of a private key, tried before everything else. */
  readonly identityFile?: string;
  /** Absolute path of the one known_hosts file to believe, in place of the user's and the system's. */
  readonly knownHostsFile?: string;
  /** Offered last. */
  readonly password?: { reveal(): string };
  /** Environment for `ssh -G` and for `SSH_AUTH_SOCK`; default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the ssh configuration to read in place of the user's and the system's; `none` reads none. */
  readonly sshConfigFile?: string;
  /** See `Host.redact`. */
  readonly redact?: (text: string) => string;
  /** Aborting it while the connection is being made rejects with COMMAND_CANCELED. */
  readonly signal?: AbortSignal;
  /** Milliseconds until a connection that is not ready counts as HOST_UNREACHABLE. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds between two signs of life; a host that is silent for three of them counts as lost. Default 5,000. */
  readonly keepaliveMs?: number;
}
