import { sentenceOf } from '../sentence-of';
import { lastLines } from './log';
import { complain, joined, say, type Reply } from './reply';
import type { Supervisor } from './supervisor';
import { parseSystemctl, type SystemctlCall } from './systemctl-arguments';
import type { Unit } from './unit';
import { propertiesOf, stateWords, statusText } from './unit-words';

type Verb = (unit: Unit, call: SystemctlCall, supervisor: Supervisor) => Reply | Promise<Reply>;

async function job(unit: Unit, action: () => Promise<void>): Promise<Reply> {
  const { name } = unit.definition;
  try {
    await action();
    return say('');
  } catch (error) {
    const details = `See "systemctl status ${name}.service" and "journalctl -u ${name}.service" for details.`;
    return complain(`Job for ${name}.service failed: ${sentenceOf(error)}.\n${details}`, 1);
  }
}

const changes: Readonly<Record<string, Verb>> = {
  start: (unit) => job(unit, () => unit.start()),
  stop: (unit) => job(unit, () => unit.stop()),
  restart: (unit) => job(unit, () => unit.restart()),
  'reload-or-restart': (unit) => job(unit, () => unit.restart()),
  'try-restart': (unit) => (unit.state.kind === 'active' ? job(unit, () => unit.restart()) : say('')),
  reload: ({ definition: { name } }) =>
    complain(`Failed to reload ${name}.service: Job type reload is not applicable for unit ${name}.service.`, 1),
  'reset-failed': (unit) => (unit.resetFailed(), say('')),
  enable: (unit, { flags }, supervisor) => {
    supervisor.enable(unit, true);
    return flags.has('--now') ? job(unit, () => unit.start()) : say('');
  },
  disable: (unit, { flags }, supervisor) => {
    supervisor.enable(unit, false);
    return flags.has('--now') ? job(unit, () => unit.stop()) : say('');
  },
};

const UNKNOWN_UNIT = 5; // LSB's "program is not installed", which systemctl uses: systemctl(1), "Exit status"
const NO_SUCH_UNIT_STATUS = 4;
const NOT_ACTIVE = 3;

function change(verb: string, call: SystemctlCall, supervisor: Supervisor): Promise<Reply>[] {
  return call.units.map(async (name) => {
    const unit = supervisor.find(name);
    const failed = `Failed to ${verb} ${name}.service: Unit ${name}.service not found.`;
    const known = `The sandbox has the units ${supervisor.units.map((each) => each.definition.name).join(', ')}.`;
    return unit ? (changes[verb] as Verb)(unit, call, supervisor) : complain(`${failed}\n${known}`, UNKNOWN_UNIT);
  });
}

function status(name: string, { lines, flags }: SystemctlCall, supervisor: Supervisor): Reply {
  const unit = supervisor.find(name);
  if (!unit) return complain(`Unit ${name}.service could not be found.`, NO_SUCH_UNIT_STATUS);
  const log = flags.has('--no-log') ? [] : lastLines(supervisor.logOf(name), lines ?? 10);
  return say(statusText(unit, log), unit.state.kind === 'active' ? 0 : NOT_ACTIVE);
}

function show(name: string, { properties, flags }: SystemctlCall, supervisor: Supervisor): Reply {
  const all = propertiesOf(name, supervisor.find(name));
  const wanted = properties.length > 0 ? all.filter(([key]) => properties.includes(key)) : all;
  return say(wanted.map(([key, value]) => (flags.has('--value') ? value : `${key}=${value}`)).join('\n'));
}

function isState(wanted: string, call: SystemctlCall, supervisor: Supervisor): Reply {
  const words = call.units.map((name) => propertiesOf(name, supervisor.find(name)));
  const states = words.map((all) => all.find(([key]) => key === 'ActiveState')?.[1] ?? '');
  const exitCode = states.includes(wanted) ? 0 : wanted === 'active' ? NOT_ACTIVE : 1;
  return say(call.flags.has('--quiet') ? '' : states.join('\n'), exitCode);
}

function isEnabled(name: string, supervisor: Supervisor): Reply {
  const unit = supervisor.find(name);
  if (!unit) return complain(`Failed to get unit file state for ${name}.service: No such file or directory`, 1);
  return unit.definition.enabled ? say('enabled') : say('disabled', 1);
}

function listUnits(supervisor: Supervisor): Reply {
  const rows = supervisor.units.map((unit) => {
    const [active, sub] = stateWords(unit);
    return `${unit.definition.name.padEnd(32)} loaded ${active.padEnd(12)} ${sub.padEnd(13)} ${unit.definition.description}`;
  });
  return say(
    [`${'UNIT'.padEnd(32)} LOAD   ${'ACTIVE'.padEnd(12)} ${'SUB'.padEnd(13)} DESCRIPTION`, ...rows].join('\n'),
  );
}

async function run(call: SystemctlCall, supervisor: Supervisor): Promise<Reply> {
  const { verb, units } = call;
  if (verb === 'daemon-reload') return (supervisor.reload(), say(''));
  if (verb === 'is-system-running') return say('running');
  if (verb === 'list-units' || (verb === 'status' && units.length === 0)) return listUnits(supervisor);
  if (units.length === 0) return complain('Too few arguments.', 1);
  if (verb in changes) return joined(await Promise.all(change(verb, call, supervisor)));
  if (verb === 'status') return joined(units.map((name) => status(name, call, supervisor)));
  if (verb === 'show') return joined(units.map((name) => show(name, call, supervisor)));
  if (verb === 'is-active') return isState('active', call, supervisor);
  if (verb === 'is-failed') return isState('failed', call, supervisor);
  if (verb === 'is-enabled') return joined(units.map((name) => isEnabled(name, supervisor)));
  return complain(`Unknown command verb ${verb}. (This is the sandbox's systemctl; it knows the everyday verbs.)`, 1);
}

/** Runs `systemctl` with these arguments over the sandbox's own services: the words and exit codes of systemctl(1). */
export async function systemctl(args: readonly string[], supervisor: Supervisor): Promise<Reply> {
  const call = parseSystemctl(args);
  return typeof call === 'string' ? complain(call, 1) : run(call, supervisor);
}
