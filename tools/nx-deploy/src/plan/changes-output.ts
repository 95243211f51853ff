import { shortText, type TargetPlan } from '@polydev/operations';
import type { Event } from '@polydev/reporting';
import type { ChangesSince, Reached } from './changes';
import type { CommitList } from './commits';

/** Commits that are named to people; programs get all. */
const COMMITS = 20;

/** What has changed since what is live, as people read it. */
export const changesEvents = (plan: TargetPlan, changes: readonly ChangesSince[]): readonly Event[] =>
  changes.flatMap((since) => [...reachedEvents(plan, since), ...commitEvents(plan, since)]);

const reachedEvents = (plan: TargetPlan, { sha, hosts, reached }: ChangesSince): readonly Event[] => {
  const host = hosts.join(', ');
  const live = shortText(sha);
  if (reached === undefined) {
    const text = `What is live was deployed from ${live}, in a state that is not in this clone: what has changed since cannot be told.`;
    return [{ kind: 'note', host, text }];
  }
  if (reached.length > 0) return [reachedTable(reached, `Changed since ${live}, which is live on ${host}`)];
  const rebuilt = plan.hosts.some(
    (one) => hosts.includes(one.host) && one.reasons.some(({ kind }) => kind === 'content'),
  );
  const text = rebuilt
    ? `No file that reaches ${plan.target} has changed since ${live}; its build gave another output all the same.`
    : `No file that reaches ${plan.target} has changed since ${live}.`;
  return [{ kind: 'note', host, text }];
};

const reachedTable = (reached: readonly Reached[], title: string): Event => ({
  kind: 'table',
  title,
  columns: ['project', 'files', ''],
  rows: reached.map(({ project, files }) => [
    project ?? '(of no project)',
    String(files.length),
    `${files[0] ?? ''}${files.length > 1 ? ', …' : ''}`,
  ]),
});

const commitEvents = (plan: TargetPlan, { sha, commits }: ChangesSince): readonly Event[] => {
  if (commits === undefined) return [];
  const { added, goneAgain } = commits;
  return [
    ...commitTable(added, `Commits since ${shortText(sha)} that touch ${plan.target}`),
    ...commitTable(goneAgain, `Commits that are live and go away, as ${shortText(plan.sha)} does not have them`),
  ];
};

const commitTable = ({ total, touching }: CommitList, title: string): readonly Event[] => {
  if (touching.length === 0) return [];
  const rows = touching.slice(0, COMMITS).map(({ sha, author, subject }) => [shortText(sha), author, subject]);
  const more = touching.length > COMMITS ? [['', '', `… and ${touching.length - COMMITS} more (all with --json)`]] : [];
  return [
    {
      kind: 'table',
      title: `${title}: ${touching.length} of ${total}`,
      columns: ['commit', 'author', 'subject'],
      rows: [...rows, ...more],
    },
  ];
};
