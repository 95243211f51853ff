import type { DeploymentRecord } from '@polydev/contract';
import type { Overview } from '../controller/load-overview';
import { deploymentWord } from '../words/outcome';
import { durationWords } from '../words/time';
import { Badge } from './badge';
import { Commit } from './commit';
import { DeploymentErrors } from './deployment-errors';
import { Moment } from './moment';
import { TargetResults } from './target-results';

interface Props {
  readonly overview: Pick<Extract<Overview, { kind: 'loaded' }>, 'deployments' | 'total'>;
  readonly now: number;
}

/** What was done, newest first. */
export function HistoryTable({ overview, now }: Props) {
  const { deployments, total } = overview;
  return (
    <section aria-labelledby="history">
      <h2 id="history">
        Deployments
        {total > deployments.length && (
          <span className="aside">
            {' '}
            · the latest {deployments.length} of {total}
          </span>
        )}
      </h2>
      <table className="history">
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">Commit</th>
            <th scope="col">Targets</th>
            <th scope="col">When</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        {deployments.map((deployment) => (
          <Deployment key={deployment.id} deployment={deployment} now={now} />
        ))}
      </table>
    </section>
  );
}

function Deployment({ deployment, now }: { readonly deployment: DeploymentRecord; readonly now: number }) {
  const { startedAt, endedAt, branch, reason, undid = [] } = deployment;
  const took = Date.parse(endedAt ?? new Date(now).toISOString()) - Date.parse(startedAt);
  return (
    <tbody>
      <tr id={deployment.id}>
        <th scope="row">
          <Badge word={deploymentWord(deployment.outcome)} />
          <span className="detail">
            {deployment.kind === 'rollback' && 'rollback of '}
            {deployment.environment}
          </span>
        </th>
        <td data-label="Commit">
          <Commit sha={deployment.sha} />
          <p className="detail">{[branch, deployment.dirty && 'with local changes'].filter(Boolean).join(', ')}</p>
          {undid.length > 0 && (
            <p className="detail" title={undid.join('\n')}>
              undid {undid.length === 1 ? undid[0] : `${undid.length} deployments`}
            </p>
          )}
        </td>
        <td data-label="Targets">
          <TargetResults deployment={deployment} />
        </td>
        <td data-label="When">
          <Moment at={startedAt} now={now} />
          <p className="detail">
            by {deployment.by}
            {reason !== undefined && `: “${reason}”`}
          </p>
        </td>
        <td data-label="Took" className="number">
          {durationWords(Math.max(0, took))}
          {endedAt === undefined && <p className="detail">so far</p>}
        </td>
      </tr>
      <DeploymentErrors deployment={deployment} />
    </tbody>
  );
}
