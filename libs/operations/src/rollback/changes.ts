import { parseFileList } from '@polydev/artifact';
import { mustExec } from '@polydev/host';
import { oursIn, type Comparison } from '../deploy/look';
import { answerOf } from '../deploy/state';
import { targetLayout } from '../layout';
import { program } from '../programs';
import type { Aim } from './look';

/** What is different between the release that serves and the one that would: paths. */
export interface RollbackChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Compares the two releases by their lists; undefined where one of them has none (an adopted directory). Looks only. */
export const changesOf = async (
  { host, target, state, choice }: Aim,
  stateDir: string,
): Promise<RollbackChanges | undefined> => {
  const layout = targetLayout(stateDir, target.name);
  const hasList = (id: string | undefined) => state.releases.some((release) => release.id === id && release.hasList);
  const live = state.path.release;
  if (live === undefined || !hasList(live) || !hasList(choice.release)) return undefined;
  const { stdout: list } = await mustExec(host, ['cat', '--', layout.list(choice.release)]);
  const compare = program('compare', layout.release(live), layout.list(live), ...oursIn(target));
  const found = await answerOf<Comparison>(host, host.exec(compare, { stdin: list }));
  const entries = parseFileList(list);
  const named = (positions: readonly number[]) => positions.flatMap((position) => entries[position]?.path ?? []);
  return { added: named(found.added), changed: named(found.changed), removed: found.removed.map(({ path }) => path) };
};
