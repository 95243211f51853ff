import type { FaultName } from './schedule/faults';
import { faultOf } from './schedule/faults';
import { numberAt, type Operation, type Schedule, type Strike } from './schedule/schedule';
import { runStruck, type Planned } from '../testing/struck-operation';
import { openTrial, type Course, type Trial } from '../testing/trial';

/** What a schedule did. */
export interface ScheduleRun {
  /** Faults that struck; one whose moment an operation never came to did not. */
  readonly struck: readonly FaultName[];
  readonly milliseconds: number;
}

/** Worlds for schedules, each kept as long as all is well in it. */
export interface Chaos {
  /** Runs a schedule on hosts of its kind. Throws what was wrong afterwards; those hosts are thrown away then. */
  readonly run: (schedule: Schedule) => Promise<ScheduleRun>;
  readonly close: () => Promise<void>;
}

/** Which hosts a schedule runs on: those of its strategy and number. */
export const worldOf = ({ strategy, hosts }: Schedule): string => `${strategy} ${hosts}`;

/** A trial, and whether its hosts may hold a release that breaks by itself: a rollback, also of a later schedule, may go to it. */
interface Hosts {
  readonly trial: Trial;
  holdBroken: boolean;
}

export const openChaos = (): Chaos => {
  const opened = new Map<string, Hosts>();
  const hostsFor = async (schedule: Schedule): Promise<Hosts> => {
    const found = opened.get(worldOf(schedule));
    if (found) return found;
    const hosts = { trial: await openTrial(schedule.strategy, schedule.hosts), holdBroken: false };
    opened.set(worldOf(schedule), hosts);
    return hosts;
  };
  return {
    run: async (schedule) => {
      const hosts = await hostsFor(schedule);
      const began = Date.now();
      try {
        const struck = await runOperations(hosts, schedule.operations);
        return { struck, milliseconds: Date.now() - began };
      } catch (error) {
        opened.delete(worldOf(schedule));
        await hosts.trial.world.close();
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...opened.values()].map(({ trial }) => trial.world.close()));
    },
  };
};

/** What somebody does who is logged in; it serves as they left it. */
const BY_HAND: readonly FaultName[] = ['file-changed', 'path-replaced'];

const runOperations = async (hosts: Hosts, operations: readonly Operation[]): Promise<readonly FaultName[]> => {
  const { trial } = hosts;
  const struck: FaultName[] = [];
  let mayBeBroken = false;
  /** What somebody changed by hand goes on serving, as they changed it, until a deploy succeeds. */
  let changedByHand = false;
  for (const operation of operations.filter(({ strikes }) => strikes.length > 0)) {
    const strikes = operation.strikes.map((one) => plannedOf(one, trial.courses[operation.verb]));
    const end = await runStruck(trial, { ...operation, strikes });
    struck.push(...end.struck);
    hosts.holdBroken ||= showsToClients(operation, trial);
    mayBeBroken ||= showsToClients(operation, trial) || (operation.verb === 'rollback' && hosts.holdBroken);
    changedByHand =
      end.record?.outcome !== 'succeeded' && (changedByHand || end.struck.some((fault) => BY_HAND.includes(fault)));
    if (!mayBeBroken && !changedByHand) await trial.assertServes();
  }
  await trial.settle();
  return struck;
};

/** Whether clients may meet the faults of a release that is broken by itself, if the deploy of it is cut off. */
const showsToClients = ({ broken }: Operation, { world }: Trial): boolean => {
  if (broken === undefined) return false;
  return world.target.strategy === 'rolling' || (typeof broken === 'object' && broken.kind !== 'slow-start');
};

const plannedOf = ({ fault, host, point }: Strike, { effects, steps }: Course): Planned => {
  if (point.when === 'first') return { fault, host };
  const { when } = point;
  if (faultOf(fault).at === 'step') return { fault, host, stop: { step: numberAt(point, steps.length) } };
  return { fault, host, stop: { effect: numberAt(point, effects.length), when } };
};
