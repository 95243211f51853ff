import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../layout';
import { replaceFile } from '../replace-file';
import { CONTROLLER, DATABASE_UNIT, databaseUnit, databaseUrl, type Passwords } from '../database';
import { DATABASE_VARIABLE, type SandboxValues } from '../values';
import { parseUnit, UNIT_DEFAULTS, type ParsedUnit, type UnitDefinition } from './unit-definition';

/** Reads all unit files of a folder, sorted by name. */
export function readUnits(folder: string): ParsedUnit[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => parseUnit(join(folder, name), readFileSync(join(folder, name), 'utf8')));
}

/** Writes a unit file, for its owner alone: its environment may hold a password. */
export const writeUnit = (file: string, unit: UnitDefinition) => {
  const { description, command, workingDirectory, environment, environmentFile } = unit;
  const { enabled, restart, stopSignal, stopTimeoutMs } = unit;
  const what = { description, command, workingDirectory, environment, environmentFile };
  const kept = { ...what, enabled, restart, stopSignal, stopTimeoutMs };
  replaceFile(file, `${JSON.stringify(kept, undefined, 2)}\n`, 0o600);
};

/** What differs from sandbox to sandbox. */
export interface UnitFacts {
  readonly values: SandboxValues;
  readonly passwords: Passwords;
}

/** The units of this workspace's services, as a server's administrator would have set them up. */
function ownUnits(layout: Layout, { values, passwords }: UnitFacts): Record<string, UnitDefinition> {
  const login = { user: CONTROLLER, password: passwords.controller, port: values.database_port };
  const stateDir = join(layout.root, 'opt/polydev-ai');
  const shared = { NODE_ENV: 'production', STATE_DIR: stateDir };
  // Where a deploy puts the decrypted values of a target.
  const secretsOf = (target: string) => join(stateDir, 'targets', target, 'secrets/live.env');
  return {
    [DATABASE_UNIT]: databaseUnit(layout.database, values.database_port),
    'master-controller': {
      ...UNIT_DEFAULTS,
      description: 'Polydev master controller',
      command: ['node', 'main.js'],
      workingDirectory: join(layout.root, 'opt/master-controller'),
      environment: {
        ...shared,
        HOST: '127.0.0.1',
        PORT: String(values.master_controller_port),
        HOST_NAME: 'sandbox',
        [DATABASE_VARIABLE]: databaseUrl(login),
      },
      environmentFile: secretsOf('master-controller'),
    },
    'polydev-frontend': {
      ...UNIT_DEFAULTS,
      description: 'Polydev frontend',
      command: ['node', 'server.js'],
      workingDirectory: join(layout.root, 'opt/polydev-frontend'),
      environment: {
        ...shared,
        HOSTNAME: '127.0.0.1',
        PORT: String(values.frontend_port),
        CONTROLLER_URL: `http://localhost:${values.master_controller_port}`,
      },
      environmentFile: secretsOf('frontend'),
    },
  };
}

/** Writes the unit files of this workspace's services with the ports of this start; whether they are enabled is kept. */
export function installOwnUnits(layout: Layout, facts: UnitFacts): void {
  for (const [name, definition] of Object.entries(ownUnits(layout, facts))) {
    const file = join(layout.units, `${name}.json`);
    const before = existsSync(file) ? parseUnit(file, readFileSync(file, 'utf8')) : undefined;
    const enabled = before?.kind === 'unit' ? before.unit.enabled : definition.enabled;
    writeUnit(file, { ...definition, enabled });
  }
}
