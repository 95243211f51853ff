import type { Artifact } from '@polydev/artifact';
import { RELEASE_FILE } from '@polydev/contract';
import { adoptionUndeclared, pathOccupied, sharedInArtifact, sharedFileMissing, type OpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { minimatch } from 'minimatch';
import { targetLayout } from '../layout';
import { program } from '../programs';
import { answerOf, type TargetState } from './state';

export interface RefusalInput {
  readonly host: Host;
  readonly stateDir: string;
  readonly target: TargetConfig;
  readonly artifact: Artifact;
  readonly state: TargetState;
}

/** Every reason not to begin, before anything is touched. Looks only. */
export const findRefusals = async ({ host, stateDir, target, artifact, state }: RefusalInput): Promise<OpsError[]> => {
  const refusals: OpsError[] = [];
  const where = { target: target.name, host: host.name };
  if (state.path.kind === 'other') refusals.push(pathOccupied({ ...where, path: target.path }));

  const shadowed = target.shared.filter((shared) =>
    artifact.entries.some((entry) => entry.path === shared.path || entry.path.startsWith(`${shared.path}/`)),
  );
  if (shadowed.length > 0) refusals.push(sharedInArtifact({ ...where, paths: shadowed.map(({ path }) => path) }));

  const held =
    state.path.kind === 'directory'
      ? await undeclared(host, target, artifact)
      : { missing: [], present: new Set<string>() };
  if (held.missing.length > 0)
    refusals.push(adoptionUndeclared({ ...where, path: target.path, entries: held.missing }));

  const paths = missingShared({ target, stateDir, present: new Set([...state.sharedPresent, ...held.present]) });
  if (paths.length > 0) refusals.push(sharedFileMissing({ ...where, address: host.address, paths }));
  return refusals;
};

/** Absolute paths of the files that a target shares between its releases, and that are not among those that are there. Pure. */
export const missingShared = (facts: {
  readonly target: TargetConfig;
  readonly stateDir: string;
  readonly present: ReadonlySet<string>;
}): readonly string[] => {
  const { shared } = targetLayout(facts.stateDir, facts.target.name);
  return facts.target.shared
    .filter(({ path, kind }) => kind === 'file' && !facts.present.has(path))
    .map(({ path }) => `${shared}/${path}`);
};

/** What a directory at the path holds that is neither in the artifact nor declared shared or dropped. */
const undeclared = async (host: Host, target: TargetConfig, artifact: Artifact) => {
  const answer = await answerOf<{ extra: readonly { path: string; directory: boolean }[] }>(
    host,
    host.exec(program('adoption', target.path, RELEASE_FILE), { stdin: artifact.list }),
  );
  const dropped = (path: string) => target.drop.some((pattern) => minimatch(path, pattern, { dot: true }));
  const shared = new Set(target.shared.map(({ path }) => path));
  const isDeclared = (path: string) =>
    shared.has(path) ||
    dropped(path) ||
    target.drop.includes(path) ||
    (target.install !== 'none' && path === 'node_modules');
  // A folder that only holds declared entries is declared by them.
  const coversShared = (path: string) => [...shared].some((entry) => entry.startsWith(`${path}/`));
  return {
    missing: answer.extra
      .filter(({ path }) => !isDeclared(path) && !coversShared(path))
      .map(({ path, directory }) => (directory ? `${path}/` : path)),
    present: new Set([
      ...answer.extra.map(({ path }) => path).filter((path) => shared.has(path)),
      ...[...shared].filter((entry) => answer.extra.some(({ path }) => entry.startsWith(`${path}/`))),
    ]),
  };
};
