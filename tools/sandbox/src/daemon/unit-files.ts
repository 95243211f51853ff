import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../layout';
import { replaceFile } from '../replace-file';
import type { SandboxValues } from '../values';
import { parseUnit, UNIT_DEFAULTS, type ParsedUnit, type UnitDefinition } from './unit-definition';

/** Reads all unit files of a folder, sorted by name. */
export function readUnits(folder: string): ParsedUnit[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => parseUnit(join(folder, name), readFileSync(join(folder, name), 'utf8')));
}

/** Writes a unit file. */
export const writeUnit = (file: string, unit: UnitDefinition) => {
  const { description, command, workingDirectory, environment, enabled, stopTimeoutMs } = unit;
  const kept = { description, command, workingDirectory, environment, enabled, stopTimeoutMs };
  replaceFile(file, `${JSON.stringify(kept, undefined, 2)}\n`);
};

/** The units of this workspace's services, as a server's administrator would have set them up. */
function ownUnits(layout: Layout, values: SandboxValues): Record<string, UnitDefinition> {
  const shared = { NODE_ENV: 'production', STATE_DIR: join(layout.root, 'opt/polydev-ai') };
  return {
    'master-controller': {
      ...UNIT_DEFAULTS,
      description: 'Polydev master controller',
      command: ['node', 'main.js'],
      workingDirectory: join(layout.root, 'opt/master-controller'),
      environment: { ...shared, HOST: '127.0.0.1', PORT: String(values.master_controller_port) },
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
    },
  };
}

/** Writes the unit files of this workspace's services with the ports of this start; whether they are enabled is kept. */
export function installOwnUnits(layout: Layout, values: SandboxValues): void {
  for (const [name, definition] of Object.entries(ownUnits(layout, values))) {
    const file = join(layout.units, `${name}.json`);
    const before = existsSync(file) ? parseUnit(file, readFileSync(file, 'utf8')) : undefined;
    const enabled = before?.kind === 'unit' ? before.unit.enabled : definition.enabled;
    writeUnit(file, { ...definition, enabled });
  }
}
