import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetRecord } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import { deployTarget } from '../src/index';
import { decrypted } from './secrets';
import type { World } from './world';

export interface DeployOptions {
  readonly target?: Partial<TargetConfig>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: World['events'][number]) => void;
}

/** Deploys of a target to the server of a world, and what is there afterwards. */
export const deploys = (world: () => World) => {
  const deploy = (
    files: Record<string, string>,
    { target = {}, signal, onEvent }: DeployOptions = {},
  ): Promise<TargetRecord> => {
    const environment = world().environment(target, { secrets: decrypted({ TOKEN: 'one-two-three' }) });
    return deployTarget({
      environment,
      target: environment.targets[0]!,
      artifactDirectory: world().artifact(files),
      head: world().head(),
      report: (event) => {
        world().events.push(event);
        onEvent?.(event);
      },
      signal: signal ?? new AbortController().signal,
    });
  };
  /** Gives up on a release that does not get healthy after a moment: for those that are not to. */
  const impatient = (): Partial<TargetConfig> => ({
    healthCheck: { ...world().target().healthCheck!, timeoutMs: 3_000 },
  });
  const home = () => join(world().stateDir, 'targets/app');
  const releases = () =>
    existsSync(join(home(), 'releases'))
      ? readdirSync(join(home(), 'releases')).filter((name) => !/\.(mtree|copied)$/.test(name))
      : [];
  const live = () => readlinkSync(world().path).split('/').at(-1);
  return { deploy, impatient, home, releases, live };
};
