import type { UnitView } from '../unit-view';
import { journalctl } from './journalctl';
import { complain, say, type Reply } from './reply';
import type { Supervisor } from './supervisor';
import { systemctl } from './systemctl';
import type { Unit } from './unit';
import { stateWords } from './unit-words';

function viewOf(unit: Unit, log: string): UnitView {
  const { definition, state } = unit;
  const port = Number(definition.environment['PORT']);
  return {
    name: definition.name,
    state: stateWords(unit)[0],
    enabled: definition.enabled,
    since: unit.since.toISOString(),
    restarts: unit.restarts,
    log,
    ...(port ? { port } : {}),
    ...(state.kind === 'active' ? { pid: state.run.pid, directory: state.run.directory } : {}),
  };
}

/** Runs one of the sandbox's own programs inside the daemon: `systemctl`, `journalctl`, or `units` for its status. */
export async function runProgram(supervisor: Supervisor, program: string, args: readonly string[]): Promise<Reply> {
  switch (program) {
    case 'systemctl':
      return systemctl(args, supervisor);
    case 'journalctl':
      return journalctl(args, (unit) => supervisor.logOf(unit));
    case 'units':
      return say(JSON.stringify(supervisor.units.map((unit) => viewOf(unit, supervisor.logOf(unit.definition.name)))));
    default:
      return complain(`sandbox: ${program} is not one of its programs`, 127);
  }
}
