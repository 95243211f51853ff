import { join } from 'node:path';
import { targetFileSchema, type TargetFile, type TargetsAnswer, type TargetView } from '@polydev/contract';
import { namesIn, readStateFile } from '../state-file';
import { checkHealth, type Health } from './check-health';
import { liveOf } from './live';

/** Returns every target that was ever deployed to this host, by name, with what is live and how it does right now. */
export async function listTargets(stateDir: string): Promise<TargetsAnswer> {
  const names = [...(await namesIn(join(stateDir, 'targets')))].sort();
  const unreadable: string[] = [];
  const views = names.map(async (name) => {
    const file = await readStateFile(join(stateDir, 'targets', name, 'target.json'), targetFileSchema);
    if (file.kind === 'unreadable') unreadable.push(`targets/${name}/target.json: ${file.why}`);
    return file.kind === 'read' ? [await viewOf(file.value)] : [];
  });
  return { targets: (await Promise.all(views)).flat(), unreadable: unreadable.sort() };
}

async function viewOf(file: TargetFile): Promise<TargetView> {
  const { target, environment, path, url } = file;
  const { live, since } = await liveOf(path);
  return {
    target,
    environment,
    path,
    ...(url === undefined ? {} : { url }),
    ...(live === undefined ? {} : { live }),
    ...(since === undefined ? {} : { since }),
    ...(await healthOf(file, since === undefined, live?.release)),
  };
}

async function healthOf(file: TargetFile, nothingThere: boolean, release: string | undefined): Promise<Health> {
  if (nothingThere) return { health: 'not-checked', healthDetail: `Nothing is live at ${file.path}.` };
  if (file.healthUrl === undefined) return { health: 'not-checked', healthDetail: 'It has no health URL.' };
  return checkHealth(file.healthUrl, release);
}
