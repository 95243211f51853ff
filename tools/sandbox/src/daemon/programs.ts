import { sentenceOf } from '../sentence-of';
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

/** What the sandbox's own programs act on. */
export interface Supervised {
  readonly supervisor: Supervisor;
  /** Starts what should run and does not. Throws an Error for the starter to see. */
  readonly startUnits: () => Promise<void>;
}

/**
 * Runs one of the sandbox's own programs inside the daemon: `systemctl`, `journalctl`, `units` for its status, or
 * `start-units`, which prints `started` when all runs that should.
 */
export async function runProgram(
  { supervisor, startUnits }: Supervised,
  program: string,
  args: readonly string[],
): Promise<Reply> {
  switch (program) {
    case 'systemctl':
      return systemctl(args, supervisor);
    case 'journalctl':
      return journalctl(args, (unit) => supervisor.logOf(unit));
    case 'units':
      return say(JSON.stringify(supervisor.units.map((unit) => viewOf(unit, supervisor.logOf(unit.definition.name)))));
    case 'start-units':
      return startUnits().then(
        () => say('started'),
        (error: unknown) => complain(sentenceOf(error), 1),
      );
    default:
      return complain(`sandbox: ${program} is not one of its programs`, 127);
  }
}
