import type { Artifact } from '@polydev/artifact';
import { toolMissing, type OpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { askHost } from '../preflight/ask-host';
import { commandNeeds } from '../preflight/command-needs';
import { spaceErrors, type Size } from '../preflight/judge-space';
import type { DeployPlan } from './plan';

export interface ShortageInput {
  readonly target: TargetConfig;
  readonly artifact: Artifact;
  readonly plan: Pick<DeployPlan, 'stateDir' | 'dependencies'>;
}

/** What a host lacks to take this very artifact: room on its disk, and the program that installs its dependencies. Looks only. */
export const findShortages = async (
  host: Host,
  { target, artifact, plan }: ShortageInput,
): Promise<readonly OpsError[]> => {
  const install = plan.dependencies?.reuse === false ? plan.dependencies.command : undefined;
  const questions = (install === undefined ? [] : commandNeeds(install)).map((need) => ({ ...need, usedBy: [] }));
  const facts = await askHost(host, plan.stateDir, { targets: [target], questions });
  const tools = facts.absent.map(({ name }) =>
    toolMissing({
      host: host.name,
      tool: name,
      why: `\`${install ?? ''}\` is to install what ${target.name} depends on`,
    }),
  );
  const needed = sizeOf(artifact);
  const disks = facts.disks.flatMap((disk) =>
    spaceErrors({ host: host.name, disk, targets: [target.name], needed, estimated: false }),
  );
  return [...tools, ...disks];
};

/** Bytes of a block: file systems give files whole ones. */
const BLOCK = 4096;

/** What an artifact takes on a disk: each file in whole blocks, and one for each entry itself. Pure. */
const sizeOf = ({ entries }: Artifact): Size => ({
  files: entries.length,
  bytes: entries.reduce(
    (total, entry) => total + BLOCK * (1 + (entry.type === 'file' ? Math.ceil(entry.size / BLOCK) : 0)),
    0,
  ),
});
