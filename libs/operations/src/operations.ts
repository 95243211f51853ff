import type { DeploymentHead, DeploymentRecord, SchemaMove, SchemaVersions, TargetRecord } from '@polydev/contract';
import type { OpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { Report } from '@polydev/reporting';
import type { ImageProgram } from './images/program';
import type { Auditor } from './audit/auditor';
import type { ExpectedPlan } from './plan/expect';
import type { TargetPlan } from './plan/target-plan';
import type { SourceFacts } from './preflight/judge-source';

/** What every operation is given. */
export interface OperationContext {
  readonly environment: EnvironmentConfig;
  readonly report: Report;
  /** Aborted by Ctrl-C: what was begun is undone. */
  readonly signal: AbortSignal;
  /** Whose doing it is, for the audit log; left out, only the deployer's `user@machine` is known. */
  readonly auditor?: Auditor;
}

/** An approval that counted. */
export interface GivenApproval {
  readonly name: string;
  /** Fingerprint of the key that signed it; a review on GitHub has none. */
  readonly key?: string;
  /** Hash of the plan that it is of. */
  readonly plan: string;
}

export interface DeployInput extends OperationContext {
  readonly target: TargetConfig;
  /** Absolute path of the built output (of the sources where `build: server`). */
  readonly artifactDirectory: string;
  readonly head: DeploymentHead;
  /** Nothing is touched unless what is to be done is one of these plans, or nothing. */
  readonly expected?: ExpectedPlan;
  /** Where a deploy needs somebody's approval: throws unless this very plan has it; who gave it, for the record. */
  readonly approval?: (plan: TargetPlan) => Promise<GivenApproval>;
  /** Where the target is a golden image: what takes its image back with it. */
  readonly imageProgram?: ImageProgram;
  /** Where it depends on databases. */
  readonly schemas?: TargetSchemas;
}

/** The schemas of the databases that a target depends on. */
export interface TargetSchemas {
  /** The newest migration of each that there is with this commit: its release keeps them. */
  readonly needs: SchemaVersions;
  /** What each has now; none of one that was never migrated. */
  readonly has: SchemaVersions;
}
/** Deploys one target to every host of its environment and returns its part of the record; never throws for a failed step. */
export type DeployTarget = (input: DeployInput) => Promise<TargetRecord>;

/** What became of a database in a deployment. */
export interface DatabaseOutcome {
  /**
   * `failed`: a migration did; `half-way`, if others had been applied before it, or all are and the schema is not as expected.
   * `unknown`: it runs still, or the database cannot be asked.
   */
  readonly outcome: 'moved' | 'unchanged' | 'failed' | 'half-way' | 'unknown';
  readonly schema: SchemaMove;
  readonly error?: OpsError;
  /** The approval of the plan, where it needed one. */
  readonly approval?: GivenApproval;
}
export interface DeployDatabaseInput extends OperationContext {
  /** Name of the target. */
  readonly target: string;
  readonly head: DeploymentHead;
  /**
   * Migrates, by way of a host where that is the way. What it throws was thrown before anything was applied. Has to call `begin` with
   * the version that it sets out for before it applies anything, so that it is on record whatever happens to the deployer.
   */
  readonly migrate: (hosts: readonly Host[], begin: (schema: SchemaMove) => Promise<void>) => Promise<DatabaseOutcome>;
}
/** Lets a database be migrated and writes its part of the record, at the end, to every host. */
export type DeployDatabase = (input: DeployDatabaseInput) => Promise<TargetRecord>;

export interface PlanTargetInput extends Omit<OperationContext, 'report'> {
  readonly target: TargetConfig;
  /** Absolute path of the built output (of the sources where `build: server`). */
  readonly artifactDirectory: string;
  readonly head: Pick<DeploymentHead, 'sha' | 'dirty' | 'branch'>;
  /** What else would keep a deploy from beginning. */
  readonly refusals?: readonly OpsError[];
  readonly source?: SourceFacts;
}
/** Computes what a deploy of a target would do, from its artifact and the state its hosts are in; touches none of them. */
export type PlanTarget = (input: PlanTargetInput) => Promise<TargetPlan>;

export interface PreflightInput extends OperationContext {
  readonly head: DeploymentHead;
  /** Beside what the head says of where it comes from. */
  readonly source?: SourceFacts;
  /** Targets of this run; what their hosts need is checked. */
  readonly targets: readonly TargetConfig[];
  /** What others find meanwhile, at what is on no host; it is given the hosts that were reached. */
  readonly elsewhere?: (hosts: readonly Host[]) => Promise<readonly Finding[]>;
}
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  readonly code: string;
  readonly host?: string;
  readonly message: string;
  readonly hint: string;
}
/** Looks at everything a run needs before anything is touched, reports all findings in one go and returns them. */
export type Preflight = (input: PreflightInput) => Promise<readonly Finding[]>;

export interface CloseInput extends OperationContext {
  readonly deployment: string;
  /** Given when the run's parts may be missing altogether (a target never reached). */
  readonly head?: DeploymentHead;
  /** Asks a database how a run ended that was begun and told no more; without it such runs stay open. */
  readonly askDatabase?: (begun: BegunMigration) => Promise<DatabaseOutcome>;
}
/** What stands on the hosts of a migration whose deployer told no end. */
export interface BegunMigration {
  readonly target: string;
  readonly deployment: string;
  /** The schema before it, and the version that it set out for. */
  readonly schema: SchemaMove;
}
/** Finishes or undoes what tasks of the run left, joins the parts of the record on every host, returns the record. Idempotent. */
export type CloseDeployment = (input: CloseInput) => Promise<DeploymentRecord | undefined>;

export interface StatusInput extends OperationContext {
  readonly target: TargetConfig;
  /** Entries of history wanted. */
  readonly limit: number;
}
export interface HostStatus {
  readonly host: string;
  readonly release: string | undefined;
  readonly sha: string | undefined;
  readonly digest: string | undefined;
  readonly health: 'healthy' | 'unhealthy' | 'not-checked' | 'unreachable';
  readonly healthDetail?: string;
  readonly since: string | undefined;
  readonly by: string | undefined;
  /** Files of the live tree that differ from the artifact's list. */
  readonly drift: readonly { readonly path: string; readonly kind: 'changed' | 'missing' | 'extra' }[];
  /**
   * `idle`, `deploying` (somebody holds the lock), `interrupted` (a run died half-way) or `stuck` (one could not be taken
   * back): the next run, or `recover`, mends both. `unknown` where the host could not be asked.
   */
  readonly state: 'idle' | 'deploying' | 'interrupted' | 'stuck' | 'unknown';
  /** The run that is under way, died, or is stuck, in a phrase: who, or in which step. */
  readonly stateDetail?: string;
  readonly releases: readonly { readonly release: string; readonly sha: string; readonly digest: string }[];
}
export interface TargetStatus {
  readonly target: string;
  readonly environment: string;
  readonly url?: string;
  readonly hosts: readonly HostStatus[];
  readonly history: readonly {
    readonly deployment: string;
    readonly kind: DeploymentHead['kind'];
    readonly sha: string;
    readonly outcome: string;
    readonly by: string;
    readonly at: string;
    readonly reason?: string;
    /** Set where it was not closed yet: it is under way, or its deployer died. */
    readonly open?: boolean;
  }[];
}
export type StatusOfTarget = (input: StatusInput) => Promise<TargetStatus>;

/** What is live of one target on one host, by the newest record that says so (`moved`, or `unchanged` at a newer commit). */
export interface LiveSha {
  readonly target: string;
  readonly host: string;
  /** Undefined when no release is live. */
  readonly sha: string | undefined;
  /** Whether the tree it was built from had changes that the SHA does not name. */
  readonly dirty?: boolean;
  /** Id of the deployment whose record says so. */
  readonly deployment?: string;
}
/** The SHAs that are live, per target (a database's by its records), over all hosts of the environment; a target with no release has none. */
export type LiveShas = (context: OperationContext) => Promise<readonly LiveSha[]>;

export interface RollbackInput extends OperationContext {
  /** In graph order; they go back in reverse. */
  readonly targets: readonly TargetConfig[];
  /** The beginning of a commit's SHA; undefined = the good release before. */
  readonly sha: string | undefined;
  /** `user@machine` of the deployer. */
  readonly by: string;
  /** Makes the deployment once it is known where it goes to; SHA of the first target's release, if it has one. */
  readonly openHead: (sha: string | undefined) => DeploymentHead;
  /** Where one of the targets is a golden image: what takes its image back with it. */
  readonly imageProgram?: ImageProgram;
  /** Versions that the environment's databases have now, as far as they could be asked. */
  readonly schemas?: SchemaVersions;
}
export interface RollbackResult {
  readonly head: DeploymentHead;
  readonly targets: readonly TargetRecord[];
}
/**
 * Takes targets back as one: all go, in reverse order, or what serves now keeps serving everywhere. Throws when nothing
 * was touched.
 */
export type RollbackTargets = (input: RollbackInput) => Promise<RollbackResult>;

export interface RecoverInput extends OperationContext {
  readonly target: TargetConfig;
  /** `user@machine` of the deployer. */
  readonly by: string;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}
export interface RecoveredHost {
  readonly host: string;
  /** The deployment that had died; undefined where none had. */
  readonly deployment?: string;
  readonly outcome: 'nothing' | 'moved' | 'taken-back';
  /** Release that serves afterwards. */
  readonly release?: string;
  /** With `dryRun`: the steps that would be undone, or run to finish, in that order. */
  readonly steps?: readonly string[];
}

export interface UnlockInput extends OperationContext {
  readonly target: TargetConfig;
  /** `user@machine` of whoever breaks the lock. */
  readonly by: string;
  readonly reason: string;
}
export interface Unlocked {
  readonly host: string;
  /** Whether anybody held the lock. */
  readonly held: boolean;
  /** Processes that were ended: id and program. */
  readonly ended: readonly string[];
  /** The deployment that was cut off. */
  readonly interrupted?: string;
}

export interface SetupInput extends OperationContext {
  readonly target: TargetConfig;
  /** Account to log in as for this once; undefined = the one that deploys. */
  readonly as: string | undefined;
  /** Only say what is missing. */
  readonly dryRun: boolean;
}
/** One thing that a host has to have. */
export interface SetUpItem {
  readonly host: string;
  readonly what: string;
  /** `missing` and `differs` with `dryRun` only. */
  readonly outcome: 'as it was' | 'missing' | 'differs' | 'made' | 'changed';
}
