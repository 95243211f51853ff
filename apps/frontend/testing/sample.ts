import type { DeploymentRecord, DeploymentsAnswer, HostRecord, TargetRecord, TargetsAnswer } from '@polydev/contract';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const SHAS = {
  newest: '4f1c9a27b60de85312c7a0f4938de6b51c20a97e',
  failed: 'b83e5d016fa94c7720e1d88fa3c56e902bd417f3',
  before: '0d72ab95ce314f8866b1e3f70a29c4d85e96b3a1',
  oldest: '91ef03c84d7ab25610f9e2c7b3864ad05fc1e872',
};
const digest = (seed: string) => seed.repeat(64).slice(0, 64);

/** `20261124T081530.123Z-4f1c9a2` */
const idAt = (at: number, sha: string) => `${new Date(at).toISOString().replaceAll(/[-:]/g, '')}-${sha.slice(0, 7)}`;
const iso = (at: number) => new Date(at).toISOString();

const steps = (...timed: readonly (readonly [string, number])[]) =>
  timed.map(([step, durationMs]) => ({ step, durationMs }));
const host = (facts: Partial<HostRecord>): HostRecord => ({
  host: 'app-1',
  outcome: 'moved',
  steps: [],
  notes: [],
  ...facts,
});
const target = (name: string, outcome: TargetRecord['outcome'], facts: Partial<HostRecord> = {}): TargetRecord => ({
  target: name,
  outcome,
  hosts: ['app-1', 'app-2'].map((host_) => host({ host: host_, outcome, ...facts })),
});

interface Facts {
  readonly reason?: string;
  readonly undid?: string[];
  readonly at: number;
  readonly tookMs?: number;
  readonly sha: string;
  readonly outcome: DeploymentRecord['outcome'];
  readonly kind?: DeploymentRecord['kind'];
  readonly by?: string;
  readonly dirty?: boolean;
  readonly targets: readonly TargetRecord[];
  readonly planned?: readonly string[];
}
const record = (facts: Facts): DeploymentRecord => ({
  schema: 1,
  id: idAt(facts.at, facts.sha),
  nonce: String(facts.at),
  kind: facts.kind ?? 'deploy',
  environment: 'production',
  sha: facts.sha,
  dirty: facts.dirty ?? false,
  branch: 'main',
  by: facts.by ?? 'ci@runner',
  startedAt: iso(facts.at),
  ...(facts.tookMs === undefined ? {} : { endedAt: iso(facts.at + facts.tookMs) }),
  planned: [...(facts.planned ?? facts.targets.map((part) => part.target))],
  outcome: facts.outcome,
  ...(facts.reason === undefined ? {} : { reason: facts.reason }),
  ...(facts.undid === undefined ? {} : { undid: facts.undid }),
  targets: [...facts.targets],
});

const placed = {
  steps: steps(
    ['place release', 412],
    ['install dependencies', 6_310],
    ['swap', 9],
    ['restart', 740],
    ['health check', 1_130],
    ['prune', 38],
  ),
  transfer: { bytes: 184_320, sentFiles: 12, reusedFiles: 1_133 },
};

/** Outcomes of every kind, as they look in a week of work. */
export function sampleDeployments(now: number): DeploymentsAnswer {
  const deployments = [
    record({
      at: now - 4 * MINUTE,
      tookMs: 21_400,
      sha: SHAS.newest,
      outcome: 'succeeded',
      targets: [
        target('master-controller', 'moved', placed),
        target('frontend', 'moved', placed),
        target('vm-agent', 'unchanged'),
      ],
    }),
    record({
      at: now - 3 * HOUR,
      tookMs: 47_900,
      sha: SHAS.failed,
      outcome: 'rolled-back',
      targets: [target('master-controller', 'taken-back', placed), failedFrontend(idAt(now - 26 * HOUR, SHAS.before))],
      planned: ['master-controller', 'frontend'],
    }),
    record({
      at: now - 26 * HOUR,
      tookMs: 3_200,
      sha: SHAS.before,
      outcome: 'succeeded',
      kind: 'rollback',
      by: 'ops@laptop',
      reason: 'sign-in fails',
      undid: [idAt(now - 27 * HOUR, SHAS.oldest)],
      targets: [target('frontend', 'moved', placed)],
    }),
    record({
      at: now - 27 * HOUR,
      tookMs: 65_000,
      sha: SHAS.oldest,
      outcome: 'succeeded',
      by: 'ops@laptop',
      dirty: true,
      targets: [target('master-controller', 'unchanged'), target('frontend', 'moved', placed)],
    }),
  ];
  return { deployments, total: 38, unreadable: [] };
}

function failedFrontend(serving: string): TargetRecord {
  const error = {
    code: 'HEALTH_CHECK_FAILED',
    message: `http://localhost:3000/api/health answered 500 for 30 s on app-1. Release ${serving} serves again.`,
    hint: 'See the service’s own log: journalctl -u polydev-frontend -n 50',
  };
  const failed = host({
    outcome: 'taken-back',
    failedStep: 'health check',
    error,
    steps: placed.steps.slice(0, 5),
  });
  return {
    target: 'frontend',
    outcome: 'taken-back',
    hosts: [failed, host({ host: 'app-2', outcome: 'not-reached' })],
  };
}

/** Three targets, one of them without a health check. */
export function sampleTargets(now: number): TargetsAnswer {
  const live = { release: idAt(now - 4 * MINUTE, SHAS.newest), sha: SHAS.newest, digest: digest('3f9') };
  const agent = { release: idAt(now - 75 * HOUR, SHAS.oldest), sha: SHAS.oldest, digest: digest('a07') };
  const environment = 'production';
  return {
    targets: [
      {
        target: 'frontend',
        environment,
        path: '/opt/polydev-frontend',
        url: 'https://deploy.example.com',
        live,
        since: iso(now - 4 * MINUTE),
        health: 'healthy',
      },
      {
        target: 'master-controller',
        environment,
        path: '/opt/master-controller',
        live,
        since: iso(now - 4 * MINUTE),
        health: 'healthy',
      },
      {
        target: 'vm-agent',
        environment,
        path: '/opt/polydev-ai/vm-agent',
        live: agent,
        since: iso(now - 75 * HOUR),
        health: 'not-checked',
        healthDetail: 'It has no health URL.',
      },
    ],
    unreadable: [],
  };
}
