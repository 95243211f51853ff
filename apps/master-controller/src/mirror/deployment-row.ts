import type { DeploymentRecord, HostRecord, TargetRecord } from '@polydev/contract';

/** A row of `deployment_results`, but for the deployment that it belongs to. */
export interface ResultRow {
  readonly target: string;
  /** Empty for a database, which has no host. */
  readonly host: string;
  readonly outcome: string;
  readonly release?: string | undefined;
  readonly digest?: string | undefined;
  readonly schema_version?: string | undefined;
  readonly failed_step?: string | undefined;
  readonly error_code?: string | undefined;
}

const ofHost = ({ target, digest }: TargetRecord, result: HostRecord): ResultRow => ({
  target,
  host: result.host,
  outcome: result.outcome,
  release: result.release,
  digest,
  failed_step: result.failedStep,
  error_code: result.error?.code,
});

const ofDatabase = ({ target, outcome, digest, schema, error }: TargetRecord): ResultRow => ({
  target,
  host: '',
  outcome,
  digest,
  schema_version: schema?.to,
  error_code: error?.code,
});

/** What became of each target on each host. */
export const resultRows = ({ targets }: DeploymentRecord): readonly ResultRow[] =>
  targets.flatMap((target) =>
    target.hosts.length === 0 ? [ofDatabase(target)] : target.hosts.map((result) => ofHost(target, result)),
  );
