import type { NxJsonConfiguration } from '@nx/devkit';
import { deployedRef, ensureDeployedRefs, environmentOfBase } from './deployed-ref';

/** Ref (or commit) that `nx affected` compares with when none is given to it. */
export const defaultBase = (nxJson: NxJsonConfiguration): string | undefined =>
  // An empty variable is unset to Nx as well.
  process.env['NX_BASE'] || nxJson.defaultBase;

/**
 * Where `nx affected` compares with a deployed ref, makes those that are missing, as they are in a fresh clone: git
 * would fail on them. Nx makes its graph before it compares. Says so on standard error for the one in force.
 */
export const ensureBases = (root: string, nxJson: NxJsonConfiguration, environments: readonly string[]): void => {
  const inForce = environmentOfBase(defaultBase(nxJson));
  if (inForce === undefined) return;
  if (ensureDeployedRefs(root, [...new Set([inForce, ...environments])]).includes(inForce)) {
    console.error(
      `${deployedRef(inForce)} is not there, so it is not known what ${inForce} runs: everything counts as changed. ` +
        'What turns out to be live already is left alone.',
    );
  }
};
