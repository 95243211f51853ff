import type { DeploymentHead, HostOutcome, HostRecord } from '@polydev/contract';
import type { AuditResult } from '@polydev/audit';
import { nameOf, type Planned } from '../deploy/host-record';
import type { DeployPlan } from '../deploy/plan';
import type { EntryFacts } from './auditor';

/** What the log says of a host that is about to be moved. Pure. */
export const begunEntry = (host: Planned, head: Pick<DeploymentHead, 'kind' | 'reason'>): EntryFacts => ({
  ...movedFacts(host, head),
  after: host.plan.release,
  result: 'begun',
});

/** What it says of how that ended; undefined where it has not. Pure. */
export const endedEntry = (
  host: Planned,
  head: Pick<DeploymentHead, 'kind' | 'reason'>,
  { outcome, release }: Pick<HostRecord, 'outcome' | 'release'>,
): EntryFacts | undefined => {
  const result = RESULTS[outcome];
  if (result === undefined) return undefined;
  const after = outcome === 'not-reached' ? servedBefore(host.plan) : release;
  return { ...movedFacts(host, head), ...(after === undefined ? {} : { after }), result };
};

const movedFacts = (
  host: Planned,
  { kind, reason }: Pick<DeploymentHead, 'kind' | 'reason'>,
): Omit<EntryFacts, 'result'> => {
  const { plan } = host;
  const before = servedBefore(plan);
  return {
    action: kind,
    target: plan.target,
    host: nameOf(host),
    deployment: plan.deployment,
    ...(reason === undefined ? {} : { reason }),
    ...(plan.sha === '' ? {} : { commit: plan.sha }),
    ...(plan.digest === '' ? {} : { digest: plan.digest }),
    ...(before === undefined ? {} : { before }),
  };
};

/** What served before, in a word. */
export const servedBefore = ({ before, path }: Pick<DeployPlan, 'before' | 'path'>): string | undefined => {
  switch (before.kind) {
    case 'nothing':
      return undefined;
    case 'directory':
      return `the directory at ${path}`;
    case 'symlink':
      return before.release ?? before.link;
  }
};

const RESULTS: Readonly<Record<HostOutcome, AuditResult | undefined>> = {
  moved: 'succeeded',
  unchanged: 'unchanged',
  'taken-back': 'rolled-back',
  stuck: 'stuck',
  'not-reached': 'failed',
  running: undefined,
};
