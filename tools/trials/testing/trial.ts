import type { DeploymentHead } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import type { Demo, DemoOptions } from '../src/demo';
import type { Strategy } from '../src/schedule/schedule';
import { assertAtRest, assertServes, type Rest } from './at-rest';
import { startDeployer, type Deployer, type DeployerEnd, type DeployerInput, type Stop } from './deployers';
import { demoTarget, openRealWorld, type RealWorld } from './real-world';

/** Effects and steps of an operation that nothing strikes, by their names and in their order. */
export interface Course {
  readonly effects: readonly string[];
  readonly steps: readonly string[];
}

export interface Begin {
  readonly verb?: DeployerInput['verb'];
  readonly demo?: Demo;
  readonly stops?: readonly Stop[];
  /** Offset of the deployer's clock: `+1h`. */
  readonly clock?: string;
  readonly environment?: DeployerInput['environment'];
}

/** Hosts on which one thing after another goes wrong, and what is known of them. */
export interface Trial {
  readonly world: RealWorld;
  /** Everything that was deployed since the last time that all was well, beginning with what served then. */
  readonly candidates: () => readonly Demo[];
  readonly courses: Readonly<Record<'deploy' | 'rollback', Course>>;
  /** An edition that was never there before; it is a candidate from now on. */
  readonly next: (options?: DemoOptions) => Promise<Demo>;
  readonly begin: (what: Begin) => Deployer;
  /** A deployer of its own, from beginning to end. */
  readonly run: (what: Begin) => Promise<DeployerEnd>;
  /** Old or new serves, whole and alone. */
  readonly assertServes: (rest?: Rest) => Promise<void>;
  /** Deploys a new edition, without hands, and sees everything at rest afterwards. */
  readonly settle: (rest?: Rest) => Promise<Demo>;
}

/** Times as short as they may be while everything still happens. */
export const trialTarget = (strategy: Strategy): Partial<TargetConfig> => {
  const { healthCheck, service, traffic } = demoTarget(strategy);
  return {
    // What a broken edition has more than others, where its tree is found as a directory at the path.
    drop: ['FAULT'],
    ...(healthCheck ? { healthCheck: { ...healthCheck, timeoutMs: 5_000, intervalMs: 100 } } : {}),
    ...(service ? { service: { ...service, startTimeoutMs: 5_000, stopTimeoutMs: 5_000 } } : {}),
    ...(traffic ? { traffic: { ...traffic, observeMs: 300, drainTimeoutMs: 2_000, keepWarmMs: 20_000 } } : {}),
  };
};

/** Releases that hosts keep beside the live one (`keep`), and that one. */
const KEPT = 4;
const ROOM = { diskMegabytes: 256, diskInodes: 16_000 };

/** Opens hosts with a release on them, with a small disk of their own for `/opt`. Takes about ten seconds. */
export const openTrial = async (strategy: Strategy, hosts = 1): Promise<Trial> => {
  const world = await openRealWorld({ strategy, hosts, disk: ROOM, target: trialTarget(strategy) });
  let count = 0;
  let candidates: readonly Demo[] = [];
  /** Also those of operations that were struck: what of them came to live is kept too. */
  const tried: Demo[] = [];
  const next = async (options?: DemoOptions) => {
    const demo = await world.demo(`t${(count += 1)}`, options);
    candidates = [...candidates, demo];
    tried.push(demo);
    return demo;
  };
  const begin = ({ verb = 'deploy', demo, stops = [], clock, environment = world.environment }: Begin) => {
    // It goes to one that the hosts keep.
    if (verb === 'rollback') candidates = [...tried.slice(-2 * KEPT), ...candidates];
    const head = headAt(world.head(verb === 'rollback' ? { kind: 'rollback' } : {}), clock);
    const input = { environment, verb, head, stops, ...(demo ? { artifactDirectory: demo.directory } : {}) };
    return startDeployer(input, clock === undefined ? {} : { clock });
  };
  const run = (what: Begin) => begin(what).ended;
  const courseOf = async (what: Begin): Promise<Course> => {
    const { effects, steps, failure, record } = await run(what);
    if (record?.outcome !== 'succeeded')
      throw new Error(`The trial could not begin: ${JSON.stringify(failure ?? record)}`);
    return { effects, steps };
  };
  const settle = async (rest?: Rest) => {
    const demo = await next();
    const { record, failure } = await run({ demo });
    if (record?.outcome !== 'succeeded')
      throw new Error(`The next deploy did not succeed by itself: ${JSON.stringify(failure ?? record, null, 1)}`);
    await assertAtRest(world, demo, rest);
    candidates = [demo];
    return demo;
  };
  try {
    const first = await next();
    await world.deploy(first);
    const deploy = await courseOf({ demo: await next() });
    const rollback = await courseOf({ verb: 'rollback' });
    await settle();
    return {
      ...{ world, courses: { deploy, rollback }, candidates: () => candidates, next, begin, run, settle },
      assertServes: (rest) => assertServes(world, candidates, rest),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
};

/** The head as a deployer makes it whose clock is an hour off. */
const headAt = (head: DeploymentHead, clock: string | undefined): DeploymentHead => {
  if (clock === undefined) return head;
  const hours = Number(clock.replace('h', ''));
  const startedAt = new Date(Date.parse(head.startedAt) + hours * 3_600_000).toISOString();
  return { ...head, startedAt, id: `${startedAt.replaceAll(/[-:]/g, '')}-${head.sha.slice(0, 7)}` };
};
