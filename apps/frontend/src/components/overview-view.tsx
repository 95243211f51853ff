import type { Overview } from '../controller/load-overview';
import { deploymentWord } from '../words/outcome';
import { summaryOf } from '../words/summary';
import { HistoryTable } from './history-table';
import { Moment } from './moment';
import { Shape } from './shape';
import { TargetsTable } from './targets-table';

interface Props {
  readonly overview: Extract<Overview, { kind: 'loaded' }>;
  readonly now: number;
}

/** The whole of it: one sentence, the targets, the history. */
export function OverviewView({ overview, now }: Props) {
  const { targets, deployments, unreadable } = overview;
  const summary = summaryOf(targets);
  if (targets.length === 0 && deployments.length === 0 && unreadable.length === 0) return <Empty />;
  return (
    <>
      <h1 className="summary" data-tone={summary.tone}>
        <span className="summary-symbol">
          <Shape tone={summary.tone} />
        </span>
        {summary.sentence}
      </h1>
      <LastDeployment overview={overview} now={now} />
      {targets.length > 0 && <TargetsTable targets={targets} now={now} />}
      {deployments.length > 0 && <HistoryTable overview={overview} now={now} />}
      {unreadable.length > 0 && <Unreadable files={unreadable} />}
    </>
  );
}

function LastDeployment({ overview, now }: Props) {
  const [last] = overview.deployments;
  if (last === undefined) return undefined;
  return (
    <p className="lead">
      The last {last.kind === 'deploy' ? 'deployment' : 'rollback'} to {last.environment}{' '}
      {last.outcome === 'running' ? 'is running, begun ' : `${deploymentWord(last.outcome).word.toLowerCase()} `}
      <Moment at={last.endedAt ?? last.startedAt} now={now} />.
    </p>
  );
}

function Empty() {
  return (
    <section className="panel">
      <h1>Nothing has been deployed yet</h1>
      <p>The controller answers, and knows of no target and no deployment on its host.</p>
      <p>
        Deploy everything that changed: <code>npx nx affected -t deploy</code>
      </p>
    </section>
  );
}

function Unreadable({ files }: { readonly files: readonly string[] }) {
  return (
    <section className="panel" data-tone="undone" aria-labelledby="unreadable">
      <h2 id="unreadable">Files that the controller could not read</h2>
      <p>What they would say is missing above. Look at them on the host.</p>
      <ul>
        {files.map((file) => (
          <li key={file}>
            <code>{file}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
