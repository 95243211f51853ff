import type { VmSpec } from '../driver';
import { cpuModel, DEVICES } from './command-line';
import { processorName, type Accelerator, type QemuMachine } from './machine';

export interface QemuFacts {
  readonly version: string;
  readonly machine: QemuMachine;
  readonly accelerator: Accelerator;
  readonly tsc: number;
}

/**
 * What a snapshot is bound to, as one line for people: state saved under one of these facts cannot be loaded under another. The
 * image is one of them because its disks are mounted in the guest's memory.
 */
export const fingerprintOf = (
  facts: QemuFacts,
  spec: Pick<VmSpec, 'image' | 'memoryMiB' | 'cpus' | 'network'>,
): string =>
  [
    `qemu=${facts.version}`,
    `machine=${facts.machine}`,
    `accelerator=${facts.accelerator}`,
    `cpu=${cpuModel(facts.accelerator)} on ${processorName()}`,
    // The guest's clock counts by it.
    ...(facts.machine === 'microvm' && facts.accelerator === 'tcg' ? [`tsc=${Math.round(facts.tsc / 1_000)} MHz`] : []),
    `memory=${spec.memoryMiB} MiB`,
    `cpus=${spec.cpus}`,
    `network=${spec.network.mode}`,
    `devices=${DEVICES}`,
    `image=${spec.image.id}`,
  ].join('; ');

/** The facts in which two fingerprints differ, as a clause: `qemu was 7.2.22 and is 8.2.1`. */
export const differenceOf = (then: string, now: string): string => {
  const current = new Map(now.split('; ').map(pair));
  return then
    .split('; ')
    .map(pair)
    .filter(([name, value]) => current.get(name) !== value)
    .map(([name, value]) => `${name} was ${value} and is ${current.get(name) ?? 'not said'}`)
    .join(', ');
};

const pair = (fact: string): readonly [string, string] => {
  const at = fact.indexOf('=');
  return [fact.slice(0, at), fact.slice(at + 1)];
};
