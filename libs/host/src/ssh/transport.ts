import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { type ClientConfig, expandTokens, type WayOptions } from './client-config';
import type { SshOptions } from './options';

/** The byte stream under an SSH connection, and what has to be closed with it. */
export interface Transport {
  readonly stream: Duplex;
  /** Closes what carries the stream: jump hosts, the proxy's process. */
  readonly dispose: () => void;
}

/** A TCP connection of our own. No-delay is what keeps small requests from waiting 40 ms for a delayed acknowledgement. */
export const openSocket = ({ hostName, port }: ClientConfig): Transport => {
  const stream = connect({ host: hostName, port, noDelay: true });
  return { stream, dispose: () => stream.destroy() };
};

/**
 * Runs the user's ProxyCommand the way OpenSSH does (ssh_config(5)): by the user's shell, which replaces itself, with
 * the connection on its stdin and stdout. Throws a plain error when the host's name could mean something to the shell.
 */
export const openProxyCommand = (command: string, options: SshOptions, config: ClientConfig): Transport => {
  const env = options.env ?? process.env;
  for (const value of [config.hostName, config.user, options.address]) {
    if (!/^[\w.:@%+-]+$/.test(value) || value.startsWith('-'))
      throw new Error(`'${value}' cannot go into a ProxyCommand`);
  }
  const line = expandTokens(command, { ...config, alias: options.address, env });
  const child = spawn(env['SHELL'] || '/bin/sh', ['-c', `exec ${line}`], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
  child.on('error', (error) => stream.destroy(error));
  return {
    stream,
    dispose: () => {
      stream.destroy();
      child.kill();
    },
  };
};

/** `[user@]host[:port]` or `ssh://…` of a ProxyJump as the options of a connection of its own. */
export const jumpOptions = (jump: string, options: WayOptions): WayOptions => {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(jump) ?? [];
  const address = bracketed ?? plain ?? jump;
  const { port: _port, user: _user, identityFile: _key, password: _password, knownHostsFile, ...inherited } = options;
  return {
    ...inherited,
    name: `${options.name} (jump host ${address})`,
    address,
    ...(knownHostsFile && { moreKnownHostsFiles: [knownHostsFile] }),
    ...(user && { user }),
    ...(port && { port: Number(port) }),
  };
};
