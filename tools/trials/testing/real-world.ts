import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { DeploymentHead, TargetRecord } from '@polydev/contract';
import type { EnvironmentConfig, HostConfig, TargetConfig } from '@polydev/manifest';
import {
  closeDeployment,
  deployTarget,
  recoverTarget,
  rollbackTargets,
  setUpHosts,
  statusOfTarget,
  type RollbackResult,
  type TargetStatus,
} from '@polydev/operations';
import type { Event } from '@polydev/reporting';
import { openRealHosts, type RealHost, type RealHosts } from '@polydev/sandbox/real';
import { makeDemo, type Demo, type DemoOptions } from '../src/demo';

export interface RealWorldOptions {
  readonly strategy: TargetConfig['strategy'];
  /** Default 1. */
  readonly hosts?: number;
  /** Puts `/opt` of each host on a small disk of its own. */
  readonly disk?: { readonly diskMegabytes: number; readonly diskInodes?: number };
  readonly target?: Partial<TargetConfig>;
  /** Told of what deploys and rollbacks report, at the moment it happens. */
  readonly onEvent?: (event: Event) => void;
}

/** Real hosts, set up by our own code over SSH for the demo service behind HAProxy, and everything to deploy to them. */
export interface RealWorld {
  readonly hosts: RealHosts;
  readonly machines: readonly RealHost[];
  readonly environment: EnvironmentConfig;
  readonly target: TargetConfig;
  /** What all operations have told since the world began. */
  readonly events: Event[];
  /** Address of the service as a client in the hosts' network sees it. */
  readonly url: (machine?: number) => string;
  readonly demo: (version: string, options?: DemoOptions) => Promise<Demo>;
  readonly head: (more?: Partial<DeploymentHead>) => DeploymentHead;
  readonly deploy: (demo: Demo, more?: DeployMore) => Promise<Deployed>;
  readonly rollback: (more?: { readonly environment?: EnvironmentConfig }) => Promise<RollbackResult>;
  readonly recover: () => Promise<unknown>;
  readonly status: () => Promise<TargetStatus>;
  readonly close: () => Promise<void>;
}

export interface DeployMore {
  /** In place of the world's own; its environment has to name it as well. */
  readonly target?: TargetConfig;
  readonly environment?: EnvironmentConfig;
  readonly signal?: AbortSignal;
  readonly head?: DeploymentHead;
}

export interface Deployed {
  readonly record: TargetRecord;
  readonly head: DeploymentHead;
}

const PUBLIC_PORT = 80;
const calm = new AbortController().signal;

/** Opens the world; takes about two seconds a host once the base is there. */
export const openRealWorld = async (options: RealWorldOptions): Promise<RealWorld> => {
  const hosts = await openRealHosts();
  try {
    const names = Array.from({ length: options.hosts ?? 1 }, (_, index) => `web-${index + 1}`);
    const machines = await Promise.all(names.map((name) => hosts.start(name, options.disk)));
    const world = worldOf(hosts, machines, options);
    await setUpHosts({
      ...world,
      as: 'root',
      dryRun: false,
      signal: calm,
      report: (event) => void world.events.push(event),
    });
    return world;
  } catch (error) {
    await hosts.close();
    throw error;
  }
};

const hostOf = ({ name, forward, ssh }: RealHost): HostConfig => ({
  name,
  address: forward.host,
  port: forward.port,
  user: 'deploy',
  identityFile: ssh.identityFile,
  knownHostsFile: ssh.knownHostsFile,
});

/** The demo service: behind HAProxy on port 80 in both strategies. */
export const demoTarget = (strategy: TargetConfig['strategy'], more: Partial<TargetConfig> = {}): TargetConfig => ({
  name: 'shop',
  path: '/opt/shop/current',
  build: 'local',
  install: 'none',
  shared: [],
  drop: [],
  keep: 3,
  dependsOn: [],
  strategy,
  rolling: { maxParallel: { hosts: 1 }, pauseMs: 0 },
  rollbackOnFailure: 'deployment',
  sync: 'content',
  goldenImageRebuild: 'auto',
  commandTimeoutMs: 60_000,
  healthCheck: {
    url: `http://127.0.0.1:${PUBLIC_PORT}/health`,
    status: 200,
    timeoutMs: 10_000,
    intervalMs: 200,
    successes: 1,
  },
  service: {
    command: 'node server.js',
    type: 'notify',
    ...(strategy === 'rolling' ? { port: 4000 } : {}),
    socket: strategy === 'rolling',
    environment: {},
    credentials: {},
    startTimeoutMs: 15_000,
    stopTimeoutMs: 15_000,
    writable: [],
    hardening: true,
  },
  traffic: {
    engine: 'haproxy',
    address: '0.0.0.0',
    port: PUBLIC_PORT,
    slots: { blue: 4001, green: 4002 },
    drainTimeoutMs: 7_000,
    keepWarmMs: 60_000,
    observeMs: 2_000,
    maxFailedShare: 0.01,
  },
  ...more,
});

const worldOf = (hosts: RealHosts, machines: readonly RealHost[], options: RealWorldOptions): RealWorld => {
  const target = demoTarget(options.strategy, options.target);
  const environment: EnvironmentConfig = {
    name: 'trial',
    protected: false,
    hosts: machines.map(hostOf),
    stateDir: '/opt/polydev-ai',
    targets: [target],
    notes: [],
  };
  const events: Event[] = [];
  const demos: Demo[] = [];
  const report = (event: Event) => {
    events.push(event);
    options.onEvent?.(event);
  };
  const context = { environment, report, signal: calm };
  const by = `trial@${hostname()}`;
  const head = (more: Partial<DeploymentHead> = {}): DeploymentHead => {
    const now = new Date();
    const sha = randomBytes(20).toString('hex');
    return {
      schema: 1,
      id: `${now.toISOString().replaceAll(/[-:]/g, '')}-${sha.slice(0, 7)}`,
      nonce: randomBytes(8).toString('hex'),
      kind: 'deploy',
      environment: environment.name,
      sha,
      dirty: false,
      by,
      startedAt: now.toISOString(),
      planned: [target.name],
      ...more,
    };
  };
  return {
    hosts,
    machines,
    environment,
    target,
    events,
    url: (machine = 0) => `http://${machines[machine]?.address ?? ''}:${PUBLIC_PORT}`,
    demo: async (version, more) => {
      const made = await makeDemo(version, more);
      demos.push(made);
      return made;
    },
    head,
    deploy: async (demo, more = {}) => {
      const own = more.head ?? head();
      const input = { ...context, target, ...more, artifactDirectory: demo.directory, head: own };
      const record = await deployTarget(input);
      await closeDeployment({ ...context, ...more, deployment: own.id, head: own });
      return { record, head: own };
    },
    rollback: async (more = {}) => {
      const openHead = () => head({ kind: 'rollback' });
      const result = await rollbackTargets({ ...context, ...more, targets: [target], sha: undefined, by, openHead });
      await closeDeployment({ ...context, ...more, deployment: result.head.id, head: result.head });
      return result;
    },
    recover: () => recoverTarget({ ...context, target, by, dryRun: false }),
    status: () => statusOfTarget({ ...context, target, limit: 5 }),
    close: async () => {
      await hosts.close();
      await Promise.all(demos.map((demo) => demo.remove()));
    },
  };
};
