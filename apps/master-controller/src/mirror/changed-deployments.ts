import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeploymentRecord } from '@polydev/contract';
import { deploymentIds } from '../deployments/list-deployments';
import { loadDeployment } from '../deployments/load-deployment';

/** Files read at once: answering must not wait for us. */
const BATCH = 20;

/** A deployment that was not mirrored yet, or has changed since. */
export interface ChangedDeployment {
  readonly id: string;
  /** Undefined where it cannot be read; `/api/deployments` says why. */
  readonly record: DeploymentRecord | undefined;
  /** Of its file as it was read; undefined while it runs, so that it is looked at again. */
  readonly mark: string | undefined;
}

/** Reads, newest first, the deployments whose file differs from its mark in `known`. Throws STATE_UNREADABLE. */
export async function* changedDeployments(
  stateDir: string,
  known: ReadonlyMap<string, string>,
): AsyncGenerator<ChangedDeployment> {
  const directory = join(stateDir, 'deployments');
  const ids = await deploymentIds(directory);
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH).map((id) => changed(directory, id, known.get(id)));
    for (const one of await Promise.all(batch)) if (one !== undefined) yield one;
  }
}

async function changed(
  directory: string,
  id: string,
  last: string | undefined,
): Promise<ChangedDeployment | undefined> {
  const mark = await markOf(join(directory, `${id}.json`));
  if (mark !== undefined && mark === last) return undefined;
  const { record } = await loadDeployment(directory, id);
  return { id, record, mark: record?.outcome === 'running' ? undefined : mark };
}

/** A record is replaced by a rename, so that a change of it is another file. */
async function markOf(file: string): Promise<string | undefined> {
  const facts = await stat(file).catch(() => undefined);
  return facts && `${facts.ino}:${facts.mtimeMs}:${facts.size}`;
}
