import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { realHostsRefused } from '@polydev/errors';
import { ensureBase } from './base';
import { makeCgroup, sessionCgroup } from './cgroup';
import type { DiskLimit } from './disk';
import { startForwarding, type Forwarding } from './forwarding';
import { insideNetwork, makeNetwork } from './network';
import { startRealHost, type RealHost } from './real-host';
import { realHostsRefusal } from './refusal';
import { defaultDirectory, demolish, recordSession, removeLeftovers, type Session } from './session';
import { makeSshAccess, type SshAccess } from './ssh-files';

/** Real hosts of one owner, in a network of their own. They end with the process that opened them. */
export interface RealHosts {
  /** Network namespace of the client. */
  readonly namespace: string;
  /** argv that runs a command where the hosts' addresses are reached directly. */
  inside(argv: readonly string[]): string[];
  /** Boots a new host; several at once are fine. Throws REAL_HOST_START_FAILED. */
  start(name: string, limit?: DiskLimit): Promise<RealHost>;
  /** Powers all off and removes everything. */
  close(): Promise<void>;
}

export interface RealHostsOptions {
  /** Where keys and disks are kept while the hosts are there; a folder of the cache directory where nothing is said. */
  readonly directory?: string;
}

interface Opened {
  readonly session: Session;
  readonly base: string;
  readonly ssh: SshAccess;
  readonly forwarding: Forwarding;
}

async function build(session: Session): Promise<Opened> {
  const base = await ensureBase();
  await makeNetwork(session.id);
  const keeper = makeCgroup(join(makeCgroup(sessionCgroup(session.id)), 'keeper'));
  const [ssh, forwarding] = await Promise.all([makeSshAccess(session.directory), startForwarding(session.id, keeper)]);
  return { session, base, ssh, forwarding };
}

/** The first host is 10.77.0.11, as servers behind a router often are; 254 is the last. */
const FIRST_NUMBER = 11;
const LAST_NUMBER = 254;

function starter({ session, base, ssh, forwarding }: Opened): RealHosts['start'] {
  let number = FIRST_NUMBER;
  const names = new Set<string>();
  return async (name, limit = {}) => {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new RangeError(`"${name}" is no name of a host: a-z, 0-9 and -`);
    if (names.has(name)) throw new RangeError(`there is a host called ${name} already`);
    if (number > LAST_NUMBER) throw new RangeError('the network of this session is full');
    names.add(name);
    const place = { session: session.id, namespace: `${session.id}-${number}`, number: number++ };
    const directory = join(session.directory, 'hosts', name);
    const machine = { name, directory, base, sessionCgroup: sessionCgroup(session.id), place };
    return startRealHost(machine, { forwarding, ssh }, limit);
  };
}

/**
 * Makes a network for real hosts, after what owners that have died left of theirs was removed. The first time on a
 * machine it builds the hosts' Debian, which takes half a minute and fetches about 60 MB.
 * Throws REAL_HOSTS_REFUSED and REAL_HOSTS_BASE_FAILED.
 */
export async function openRealHosts(options: RealHostsOptions = {}): Promise<RealHosts> {
  const refusal = realHostsRefusal();
  if (refusal !== undefined) throw realHostsRefused(refusal);
  await removeLeftovers();
  const id = `polydev-${randomBytes(4).toString('hex')}`;
  const directory = options.directory === undefined ? defaultDirectory(id) : resolve(options.directory);
  if (existsSync(join(directory, 'client_key')))
    throw realHostsRefused(`other real hosts have their files in ${directory}`);
  const session = recordSession(id, directory);
  const opened = await build(session).catch(async (error: unknown) => {
    await demolish(session);
    throw error;
  });
  return served(session, starter(opened));
}

/** The session as its owner sees it. A close waits for starts under way, which would make things after it otherwise. */
function served(session: Session, start: RealHosts['start']): RealHosts {
  const starting = new Set<Promise<RealHost>>();
  let isClosed = false;
  return {
    namespace: session.id,
    inside: (argv) => insideNetwork(session.id, argv),
    start: async (name, limit) => {
      if (isClosed) throw new Error('these real hosts are closed');
      const host = start(name, limit);
      starting.add(host);
      return host.finally(() => starting.delete(host));
    },
    close: async () => {
      isClosed = true;
      await Promise.allSettled(starting);
      await demolish(session);
    },
  };
}
