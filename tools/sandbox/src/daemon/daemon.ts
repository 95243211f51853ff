import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_UNIT } from '../database';
import { makeFolders, type Layout } from '../layout';
import { endMembers, identityOf } from '../processes';
import { replaceFile } from '../replace-file';
import { sandboxVersion } from '../version';
import { writeClientFiles } from './client-files';
import { startControlServer } from './control-server';
import { prepareDatabase } from './database';
import { keysOf } from './keys';
import { rotate, type Say } from './log';
import { runProgram } from './programs';
import { installShims } from './shims';
import { createSshServer } from './ssh-server';
import { startUnits } from './start-units';
import { Supervisor } from './supervisor';
import { installOwnUnits } from './unit-files';
import { settleValues } from './values-of-start';

const ROTATE_MS = 60_000;
const LEFTOVER_GRACE_MS = 1_000;

export interface DaemonSettings {
  /** Take any free ports instead of the usual ones. */
  readonly freePorts: boolean;
  readonly say: Say;
}

/** A sandbox that serves. */
export interface Daemon {
  /** Stops all units, ends what commands have left running, and serves no more. */
  stop(): Promise<void>;
}

/** The daemon was given the environment of a server, and hands it on. */
const serverEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));

function rotateLogs(layout: Layout): void {
  const units = existsSync(layout.logs) ? readdirSync(layout.logs).filter((name) => name.endsWith('.log')) : [];
  for (const file of [layout.daemonLog, ...units.map((name) => join(layout.logs, name))]) rotate(file);
}

function announce(layout: Layout): void {
  const file = { ...identityOf(process.pid), startedAt: new Date().toISOString(), version: sandboxVersion() };
  replaceFile(layout.daemonFile, `${JSON.stringify(file)}\n`);
}

/** Prepares the sandbox's folder, starts the SSH server and the enabled units; resolves when all of it serves. */
export async function runDaemon(layout: Layout, { freePorts, say }: DaemonSettings): Promise<Daemon> {
  makeFolders(layout);
  installShims(layout);
  const environment = serverEnvironment();
  const keys = keysOf(layout);
  const passwords = await prepareDatabase(layout.database);
  const ssh = createSshServer({ layout, environment, keys, say });
  const values = await settleValues(ssh, layout, freePorts);
  installOwnUnits(layout, { values, passwords });
  const supervisor = new Supervisor({ layout, environment, say });
  supervisor.reload();
  const control = await startControlServer(layout.controlSocket, (program, args) =>
    runProgram({ supervisor, startUnits: () => startUnits(supervisor, layout.database) }, program, args),
  );
  writeClientFiles(layout, { values, passwords, hostPublic: keys.hostPublic });
  announce(layout);
  const stop = async (): Promise<void> => {
    ssh.close();
    control.close();
    await supervisor.stopAll(DATABASE_UNIT);
    await endMembers(layout.directory, LEFTOVER_GRACE_MS);
    rmSync(layout.controlSocket, { force: true });
  };
  await startUnits(supervisor, layout.database).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  setInterval(() => rotateLogs(layout), ROTATE_MS);
  return { stop };
}
