import { join } from 'node:path';
import {
  deploymentPartSchema,
  deploymentRecordSchema,
  type DeploymentHead,
  type DeploymentPart,
  type DeploymentRecord,
  type TargetRecord,
} from '@polydev/contract';
import { namesIn, readStateFile } from '../state-file';

export interface LoadedDeployment {
  /** Undefined when there is none, or none that can be read. */
  readonly record: DeploymentRecord | undefined;
  /** `<file>: <why>` */
  readonly unreadable: readonly string[];
}

/**
 * Reads one deployment from `<state>/deployments`: its record, or, while it runs, what its targets have written so
 * far. A record that cannot be used is named, never guessed from its parts.
 */
export async function loadDeployment(directory: string, id: string): Promise<LoadedDeployment> {
  const loaded = await loadOnce(directory, id);
  // Between the two looks the closer may have put the record in the place of the parts.
  const gone = loaded.record === undefined && loaded.unreadable.length === 0;
  return gone ? loadOnce(directory, id) : loaded;
}

async function loadOnce(directory: string, id: string): Promise<LoadedDeployment> {
  const name = `${id}.json`;
  const file = await readStateFile(join(directory, name), deploymentRecordSchema);
  if (file.kind === 'unreadable') return { record: undefined, unreadable: [`${name}: ${file.why}`] };
  if (file.kind === 'read' && file.value.outcome !== 'running') return { record: file.value, unreadable: [] };
  const parts = await loadParts(directory, id);
  const begun = file.kind === 'read' ? file.value : undefined;
  const head = begun ?? parts.read[0]?.head;
  return { record: head && joinRunning(head, begun?.targets ?? [], parts.read), unreadable: parts.unreadable };
}

async function loadParts(directory: string, id: string) {
  const names = (await namesIn(join(directory, `${id}.parts`))).filter((name) => name.endsWith('.json')).sort();
  const read: DeploymentPart[] = [];
  const unreadable: string[] = [];
  for (const name of names) {
    const file = await readStateFile(join(directory, `${id}.parts`, name), deploymentPartSchema);
    if (file.kind === 'read') read.push(file.value);
    if (file.kind === 'unreadable') unreadable.push(`${id}.parts/${name}: ${file.why}`);
  }
  return { read, unreadable };
}

/** What is known of a deployment that has not ended, in the order it planned; a part is newer than the record. */
function joinRunning(
  head: DeploymentHead,
  recorded: readonly TargetRecord[],
  parts: readonly DeploymentPart[],
): DeploymentRecord {
  const own = parts.filter((part) => part.head.nonce === head.nonce).map(({ part }) => part);
  const byTarget = new Map([...recorded, ...own].map((target) => [target.target, target]));
  const order = ({ target }: TargetRecord) => head.planned.indexOf(target);
  return { ...head, outcome: 'running', targets: [...byTarget.values()].sort((a, b) => order(a) - order(b)) };
}
