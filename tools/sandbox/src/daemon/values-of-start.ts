import type { Server } from 'node:net';
import { SANDBOX_USER, type Layout } from '../layout';
import { readValues, type SandboxValues } from '../values';
import { listenOnFirst, reservePort } from './ports';

// What a newcomer expects, taken when free: the seed's two ports, and the usual stand-in for 22.
const USUAL = { ssh: 2222, masterController: 4000, frontend: 3000 } as const;

/** Settles the ports of this start, those of the last start first, and has the SSH server listen on its own. */
export async function settleValues(ssh: Server, layout: Layout, freePorts: boolean): Promise<SandboxValues> {
  const last = readValues(layout.values);
  const wanted = (before: number | undefined, usual: number) => [
    ...(before === undefined ? [] : [before]),
    ...(freePorts ? [] : [usual]),
  ];
  return {
    root: layout.root,
    ssh_port: await listenOnFirst(ssh, [...wanted(last?.ssh_port, USUAL.ssh), 0]),
    user: SANDBOX_USER,
    client_key: layout.clientKey,
    known_hosts: layout.knownHosts,
    master_controller_port: await reservePort(wanted(last?.master_controller_port, USUAL.masterController)),
    frontend_port: await reservePort(wanted(last?.frontend_port, USUAL.frontend)),
    database_port: await reservePort(last?.database_port === undefined ? [] : [last.database_port]),
  };
}
