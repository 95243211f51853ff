import { createHash } from 'node:crypto';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { unitsOf } from '../units/units';

/** Units of a target that are not on a host as the manifest means them. */
export interface UnitsNeeded {
  readonly target: string;
  readonly missing: readonly string[];
  readonly outdated: readonly string[];
}

/** Compares the units on a host with what the manifest means. Looks only; needs no rights. */
export const askUnits = async (
  host: Host,
  stateDir: string,
  targets: readonly TargetConfig[],
): Promise<readonly UnitsNeeded[]> => {
  const served = targets.filter(({ service }) => service !== undefined);
  if (served.length === 0) return [];
  const group = (await host.exec(['id', '-gn'])).stdout.trim();
  return Promise.all(
    served.map(async (target) => {
      const units = unitsOf({ target, stateDir, group });
      const { stdout } = await host.exec(['sha256sum', '--', ...units.map(({ name }) => pathOf(name))]);
      const found = new Map(stdout.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
      const stateOf = (name: string, text: string) => {
        const hash = found.get(pathOf(name));
        return hash === undefined ? 'missing' : hash === sha256(text) ? 'current' : 'outdated';
      };
      const named = units.map(({ name, text }) => ({ name, state: stateOf(name, text) }));
      const those = (state: string) => named.filter((unit) => unit.state === state).map(({ name }) => name);
      return { target: target.name, missing: those('missing'), outdated: those('outdated') };
    }),
  );
};

const pathOf = (unit: string): string => `/etc/systemd/system/${unit}`;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
