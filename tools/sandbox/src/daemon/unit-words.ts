import { basename } from 'node:path';
import type { Unit } from './unit';

/** systemd's two words for the state of a unit: ActiveState and SubState. */
export function stateWords(unit: Unit): readonly [active: string, sub: string] {
  switch (unit.state.kind) {
    case 'inactive':
      return ['inactive', 'dead'];
    case 'active':
      return ['active', 'running'];
    case 'stopping':
      return ['deactivating', 'stop-sigterm'];
    case 'waiting':
      return ['activating', 'auto-restart'];
    case 'failed':
      return ['failed', 'failed'];
  }
}

const runOf = (unit: Unit) =>
  unit.state.kind === 'active' || unit.state.kind === 'stopping' ? unit.state.run : undefined;
const timestamp = (date: Date | undefined) =>
  date ? `${date.toUTCString().slice(0, 3)} ${date.toISOString().slice(0, 19).replace('T', ' ')} UTC` : '';

/** The properties that `systemctl show` knows, in the order in which it prints them. */
export function propertiesOf(name: string, unit: Unit | undefined): readonly (readonly [string, string])[] {
  const run = unit && runOf(unit);
  const exit = unit?.lastExit;
  const [active, sub] = unit ? stateWords(unit) : ['inactive', 'dead'];
  return [
    ['Type', 'simple'],
    ['Restart', unit?.definition.restart ?? 'no'],
    ['MainPID', String(run?.pid ?? 0)],
    ['Result', unit?.state.kind === 'failed' ? 'exit-code' : 'success'],
    ['NRestarts', String(unit?.restarts ?? 0)],
    ['ExecMainStartTimestamp', timestamp(run?.startedAt)],
    ['ExecMainPID', String(run?.pid ?? 0)],
    ['ExecMainStatus', exit && 'code' in exit ? String(exit.code) : '0'],
    ['WorkingDirectory', run?.directory ?? unit?.definition.workingDirectory ?? ''],
    ['Id', `${name}.service`],
    ['Description', unit?.definition.description ?? `${name}.service`],
    ['LoadState', unit ? 'loaded' : 'not-found'],
    ['ActiveState', active],
    ['SubState', sub],
    ['FragmentPath', unit?.definition.file ?? ''],
    ['UnitFileState', unit ? (unit.definition.enabled ? 'enabled' : 'disabled') : ''],
    ['StateChangeTimestamp', timestamp(unit?.since)],
  ];
}

/** What `systemctl status` prints of a unit, followed by the end of its log. */
export function statusText(unit: Unit, log: readonly string[]): string {
  const { definition, state } = unit;
  const [active, sub] = stateWords(unit);
  const run = runOf(unit);
  const lines = [
    `● ${definition.name}.service - ${definition.description} (sandbox)`,
    `     Loaded: loaded (${definition.file}; ${definition.enabled ? 'enabled' : 'disabled'})`,
    `     Active: ${active} (${sub}) since ${timestamp(unit.since)}`,
    ...(state.kind === 'failed' ? [`     Reason: ${state.reason}`] : []),
    ...(run ? [`   Main PID: ${run.pid} (${basename(definition.command[0])})`, `  Directory: ${run.directory}`] : []),
    `   Restarts: ${unit.restarts}`,
  ];
  return [...lines, ...(log.length > 0 ? ['', ...log] : [])].join('\n');
}
