import type { DemoFault } from '../src/demo';
import { faultOf, type FaultName } from '../src/schedule/faults';
import type { DeployerEnd, Stop } from './deployers';
import { strike, type Heal } from './strikes';
import type { Begin, Trial } from './trial';

/** A fault at a host, at a stop of the deployer; before it begins where there is none. */
export interface Planned {
  readonly fault: FaultName;
  readonly host?: number;
  readonly stop?: Stop;
}

export interface StruckOperation {
  readonly verb: 'deploy' | 'rollback';
  readonly broken?: DemoFault;
  readonly strikes: readonly Planned[];
}

export interface StruckEnd extends DeployerEnd {
  /** Faults that struck: an operation that ends early never comes to the moment of some. */
  readonly struck: readonly FaultName[];
}

/** Longest time that an operation may take, whatever strikes it. */
const LONGEST_MS = 180_000;

/** Runs an operation in a process of its own, does to it what is planned, and heals the hosts when it has ended. */
export const runStruck = async (trial: Trial, { verb, broken, strikes }: StruckOperation): Promise<StruckEnd> => {
  const struck: FaultName[] = [];
  const heals: Heal[] = [];
  const hit = async ({ fault, host = 0 }: Planned, deployer?: Parameters<typeof strike>[1]['deployer']) => {
    const machine = trial.world.machines[host];
    if (!machine) throw new Error(`There is no host ${host + 1}.`);
    struck.push(fault);
    heals.push(await strike(fault, { trial, machine, deployer }));
  };
  const demo = verb === 'deploy' ? await trial.next(broken === undefined ? {} : { fault: broken }) : undefined;
  for (const one of strikes.filter(({ fault }) => faultOf(fault).at === 'rest')) await hit(one);
  const later = strikes.filter(({ stop }) => stop !== undefined);
  const clock = clockOf(strikes);
  const what: Begin = {
    verb,
    stops: later.flatMap(({ stop }) => stop ?? []),
    ...(demo ? { demo } : {}),
    ...(clock ? { clock } : {}),
  };
  const deployer = trial.begin(what);
  const began = Date.now();
  const timer = setTimeout(deployer.kill, LONGEST_MS);
  try {
    for (let index = await deployer.stopped(); index !== undefined; index = await deployer.stopped()) {
      const one = later[index];
      if (one) await hit(one, deployer);
    }
    const end = await deployer.ended;
    if (Date.now() - began >= LONGEST_MS)
      throw new Error(`The ${verb} had not ended after ${LONGEST_MS / 1000} s: ${end.lines.slice(-5).join('\n')}`);
    if (end.failure?.bug) throw new Error(`The ${verb} ended with a bug: ${end.failure.bug}`);
    return { ...end, struck };
  } finally {
    clearTimeout(timer);
    deployer.kill();
    // The last fault first: what a full disk holds can be removed once the disk can be written again.
    for (const heal of heals.reverse()) await heal();
  }
};

const clockOf = (strikes: readonly Planned[]): string | undefined => {
  if (strikes.some(({ fault }) => fault === 'clock-ahead')) return '+1h';
  return strikes.some(({ fault }) => fault === 'clock-behind') ? '-1h' : undefined;
};
