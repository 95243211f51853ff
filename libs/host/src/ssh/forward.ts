import type { Duplex } from 'node:stream';
import { forwardingRefused } from '@polydev/errors';
import type { Connection } from './connection';

/** RFC 4254, 5.1: the reason sshd gives for a connection that it does not open. */
const ADMINISTRATIVELY_PROHIBITED = 1;

/** A connection that the host opens. Throws FORWARDING_REFUSED, CONNECTION_LOST, or a system-like error with a `code`. */
export const forward = (connection: Connection, name: string, to: { address: string; port: number }): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const { address, port } = to;
    connection.client().forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
      if (!error) resolve(asSocket(channel));
      else if (connection.isGone) reject(connection.lost(`connect to ${address}:${port}`));
      else reject(refusal(error, name, `${address}:${port}`));
    });
  });

const refusal = (error: Error & { reason?: number }, host: string, to: string): Error => {
  const reason = error.message.replace('(SSH) Channel open failure: ', '');
  if (error.reason === ADMINISTRATIVELY_PROHIBITED) return forwardingRefused({ host, to, reason });
  const code = CODES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'ECONNREFUSED';
  return Object.assign(new Error(`connect ${code} ${to} on ${host}: ${reason}`), { code });
};

/** sshd hands on the words of the host's system. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/timed out/i, 'ETIMEDOUT'],
  [/not known|no address|name resolution/i, 'ENOTFOUND'],
  [/no route/i, 'EHOSTUNREACH'],
  [/unreachable/i, 'ENETUNREACH'],
];

/** Adds what `http` calls on a socket and a channel does not have. */
const asSocket = (channel: Duplex): Duplex => {
  const nothing = () => channel;
  Object.assign(channel, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  });
  return channel;
};
