import { type DeploymentHead, RECORD_VERSION } from '@polydev/contract';
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { rememberUncommitted } from '../base/deployed-ref';
import { writeWorkingTree } from '../base/trees';
import { claimDeploymentId } from './deployment-id';
import { repositoryState } from './repository';
import { runVariables } from './run-variables';
import { claimId, createOnce, forgetOldRuns, listed, readJson, runFolder } from './run-folder';

/** What the tasks of one run of Nx do together: one deployment. */
export interface DeploymentRun {
  readonly folder: string;
  readonly head: DeploymentHead;
}

/** What the hook that runs after the tasks cannot find out by itself where Nx's daemon runs it. */
export interface RunProcess {
  /** Process id of the Nx that the user started. */
  readonly nx: number;
  /** Socket of the user's SSH agent; Nx keeps it from its daemon. */
  readonly sshAgent?: string;
  /** `DEPLOY_SIGNING_KEY`. */
  readonly signingKey?: string;
  /** Whether hosts that cannot be reached are left out. */
  readonly allowMissingHosts?: boolean;
}

export interface OpenRunInput {
  readonly root: string;
  readonly run: string;
  readonly environment: string;
  /** Targets that the run sets out to deploy, in graph order. */
  readonly planned: readonly string[];
  readonly now: Date;
  /** Set for a rollback: the commit that it goes to, where it has one, and why. */
  readonly rollback?: { readonly sha: string | undefined; readonly reason: string | undefined };
}

const HEAD = 'deployment.json';
const PROCESS = 'process.json';
const CLOSING = 'closing';
const CLOSED = 'closed';

/** Opens the deployment of a run: the first task to come makes it, the others find it. Throws GIT_UNUSABLE. */
export const openRun = (input: OpenRunInput): DeploymentRun => {
  const folder = runFolder(input.root, input.run);
  const existing = readRun(folder);
  if (existing !== undefined) return existing;
  createOnce(folder, PROCESS, JSON.stringify(currentProcess()));
  const head = newHead(input);
  // A tree with uncommitted changes is remembered before anybody can have deployed it.
  if (head.dirty && head.kind === 'deploy')
    rememberUncommitted(input.root, { ...head, deployment: head.id }, writeWorkingTree(input.root));
  createOnce(folder, HEAD, JSON.stringify(head));
  forgetOldRuns(input.root, input.now.getTime());
  return { folder, head: readRun(folder)?.head ?? head };
};

/** The deployment in a run's folder; undefined when none was opened. */
export const readRun = (folder: string): DeploymentRun | undefined => {
  // Written by a task of the same run, so of the same version.
  const head = readJson(folder, HEAD) as DeploymentHead | undefined;
  return head === undefined ? undefined : { folder, head };
};

/** The process facts of a run. */
export const processOfRun = ({ folder }: DeploymentRun): RunProcess | undefined =>
  readJson(folder, PROCESS) as RunProcess | undefined;

const currentProcess = (): RunProcess => {
  const sshAgent = process.env['SSH_AUTH_SOCK'];
  const signingKey = process.env['DEPLOY_SIGNING_KEY'];
  const { allowMissingHosts } = runVariables();
  return {
    nx: process.ppid,
    ...(sshAgent ? { sshAgent } : {}),
    ...(signingKey ? { signingKey } : {}),
    ...(allowMissingHosts ? { allowMissingHosts } : {}),
  };
};

/** What a deployment says of itself; its id is taken for this checkout unless `claim` does something else. */
export const newHead = (
  { root, environment, planned, now, rollback }: Omit<OpenRunInput, 'run'>,
  claim: (id: string) => boolean = (id) => claimId(root, id),
): DeploymentHead => {
  const { emergency, reason = rollback?.reason } = runVariables();
  // A rollback brings nothing from this clone, so its tree is nobody's business.
  const repository = rollback?.sha === undefined ? repositoryState(root) : { sha: rollback.sha, dirty: false };
  return {
    schema: RECORD_VERSION,
    id: claimDeploymentId(now, repository.sha, claim),
    nonce: randomBytes(8).toString('hex'),
    kind: rollback === undefined ? 'deploy' : 'rollback',
    environment,
    ...repository,
    by: deployer(),
    startedAt: now.toISOString(),
    planned: [...planned],
    ...(reason === undefined ? {} : { reason }),
    ...(emergency ? { emergency } : {}),
  };
};

/** `user@machine` of whoever runs this. */
export const deployer = (): string => `${userInfo().username}@${hostname()}`;

const startedName = (target: string): string => `${encodeURIComponent(target)}.started`;
const endedName = (target: string, good: boolean): string =>
  `${encodeURIComponent(target)}.${good ? 'succeeded' : 'failed'}`;

/** Notes that a target's deploy has begun: from here on the run has something to close. */
export const noteStarted = (run: DeploymentRun, target: string): void => {
  createOnce(run.folder, startedName(target), '');
};

/** Notes how a target's deploy ended. */
export const noteEnded = ({ folder }: Pick<DeploymentRun, 'folder'>, target: string, good: boolean): void => {
  createOnce(folder, endedName(target, good), '');
};

/** How a target's task ended; undefined while it has not. */
export const howEnded = ({ folder }: Pick<DeploymentRun, 'folder'>, target: string): boolean | undefined => {
  const names = listed(folder);
  return [true, false].find((good) => names.includes(endedName(target, good)));
};

/** Whether every target that was planned has succeeded. */
export const allSucceeded = ({ folder, head }: DeploymentRun): boolean => {
  const names = new Set(listed(folder));
  return head.planned.every((target) => names.has(endedName(target, true)));
};

/** Takes the closing of a run; of several tasks that ask at once, one gets it. */
export const claimClosing = ({ folder }: DeploymentRun): boolean => createOnce(folder, CLOSING, '');

/** Notes that a run was closed. */
export const noteClosed = ({ folder }: DeploymentRun): void => {
  createOnce(folder, CLOSED, '');
};

/** Whether a run began to deploy something and was not closed. */
export const isOpen = ({ folder }: DeploymentRun): boolean => {
  const names = listed(folder);
  return names.some((name) => name.endsWith('.started')) && !names.includes(CLOSED);
};
