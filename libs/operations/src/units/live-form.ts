import { targetFileSchema } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { targetLayout } from '../layout';
import { trafficOfTarget } from '../traffic/settings';
import { unitNames } from './names';
import { unitsOf } from './units';

/** Why what a manifest means cannot be set up over what serves now, and what somebody would have to do. */
export interface Conflict {
  readonly why: string;
  readonly remedy: string;
}

/** What of a host tells in which form a target serves there. */
export interface LiveForm {
  /** The target's file, `target.json`; empty where there is none. */
  readonly targetFile: string;
  /** Environment file of the slot that serves. */
  readonly slotEnv: string;
  /** The traffic engine's configuration. */
  readonly engine: string;
  /** Text of the first unit that the manifest means, as it is on the host. */
  readonly unit: string;
}

/** Why a target that serves in one form cannot take another by a setup and a deploy; undefined where it can. Pure. */
export const conflictOf = (target: TargetConfig, stateDir: string, form: LiveForm): Conflict | undefined => {
  const live = liveIn(form.targetFile);
  const units = unitNames(target.name);
  const { targetFile } = targetLayout(stateDir, target.name);
  const owner = /^# Generated for the target .*, whose state is in (\/.*)\. Its `setup`/m.exec(form.unit)?.[1];
  if (owner !== undefined && owner !== stateDir) {
    return {
      why: `its units belong to the same target with its state in ${owner}`,
      remedy:
        'Two environments, or two state directories, of one target cannot share a host: give one of them another host, or the state directory that is there.',
    };
  }
  const off = (...names: readonly string[]) =>
    `Put the manifest back; or have it serve from nowhere first, which everybody notices: as root \`systemctl disable --now ${names.join(' ')}\` and \`rm ${targetFile}\`, then setup and a deploy.`;
  if (live === undefined) return undefined;
  const blueGreen = off(units.slot('blue'), units.slot('green'), units.traffic);
  if (target.strategy === 'rolling' && live.slot !== undefined)
    return { why: `it serves from slot ${live.slot} (blue-green), and the manifest says rolling`, remedy: blueGreen };
  if (target.strategy === 'blue-green' && live.slot === undefined && form.engine.includes('\n  server service '))
    return {
      why: 'it serves in place behind its traffic engine (rolling), and the manifest says blue-green',
      remedy: off(units.service, units.socket, units.traffic),
    };
  const port = live.slot && /^PORT=(\d+)$/m.exec(form.slotEnv)?.[1];
  const meant = live.slot && target.traffic?.slots[live.slot];
  if (port !== undefined && meant !== undefined && Number(port) !== meant)
    return {
      why: `slot ${live.slot ?? ''} serves on port ${port}, and the manifest means ${meant}`,
      remedy:
        'Name the ports that are there: `traffic.slots` with `blue` and `green` (left out, they follow `traffic.port`).',
    };
  return undefined;
};

const liveIn = (text: string) => {
  try {
    return targetFileSchema.parse(JSON.parse(text)).live;
  } catch {
    return undefined;
  }
};

/** Looks at a host for a conflict. Looks only. */
export const askConflict = async (
  host: Host,
  target: TargetConfig,
  stateDir: string,
): Promise<Conflict | undefined> => {
  const layout = targetLayout(stateDir, target.name);
  const read = async (path: string) => (await host.exec(['cat', '--', path])).stdout;
  const targetFile = await read(layout.targetFile);
  const slot = liveIn(targetFile)?.slot;
  const [unit] = unitsOf({ target, stateDir, group: 'root' });
  const engine = trafficOfTarget(target, stateDir);
  return conflictOf(target, stateDir, {
    targetFile,
    slotEnv: slot ? await read(`${layout.slot(slot)}.env`) : '',
    engine: engine ? await read(engine.configFile) : '',
    unit: unit ? await read(`/etc/systemd/system/${unit.name}`) : '',
  });
};
