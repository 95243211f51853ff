import { createHash } from 'node:crypto';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { configuredSlot, haproxyConfig } from '../traffic/config';
import { trafficOfTarget } from '../traffic/settings';
import { askConflict, type Conflict } from '../units/live-form';
import { unitNames } from '../units/names';
import { unitState } from '../units/systemctl';
import { unitsOf } from '../units/units';

/** Units of a target that are not on a host as the manifest means them. */
export interface UnitsNeeded {
  readonly target: string;
  readonly missing: readonly string[];
  readonly outdated: readonly string[];
  /** Units of the traffic engine that should run and do not. */
  readonly down: readonly string[];
  /** Set where the target serves in another form than the manifest means. */
  readonly conflict?: Conflict;
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
      const engine = await askEngine(host, target, stateDir);
      const all = engine === undefined ? named : [...named, engine];
      const those = (state: string) => all.filter((one) => one.state === state).map(({ name }) => name);
      const conflict = await askConflict(host, target, stateDir);
      const needed = { target: target.name, missing: those('missing'), outdated: those('outdated') };
      return { ...needed, down: await enginesDown(host, target), ...(conflict ? { conflict } : {}) };
    }),
  );
};

/** An engine that is to take a port over is started by the deploy that does so. */
const enginesDown = async (host: Host, { name, traffic }: TargetConfig): Promise<readonly string[]> => {
  if (traffic === undefined || traffic.takesOver !== undefined) return [];
  const { traffic: unit } = unitNames(name);
  return (await unitState(host, unit)).words.startsWith('active') ? [] : [unit];
};

/** The traffic engine's configuration, which differs from what the manifest means only in the slot that it names. */
const askEngine = async (host: Host, target: TargetConfig, stateDir: string) => {
  const settings = trafficOfTarget(target, stateDir);
  if (settings === undefined) return undefined;
  const { exitCode, stdout } = await host.exec(['cat', '--', settings.configFile]);
  const meant = haproxyConfig(settings, { live: configuredSlot(stdout) });
  const state = exitCode !== 0 ? 'missing' : stdout === meant ? 'current' : 'outdated';
  return { name: settings.configFile, state };
};

const pathOf = (unit: string): string => `/etc/systemd/system/${unit}`;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
