import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentRecordSchema, targetFileSchema, type DeploymentRecord } from '@polydev/contract';
import type { Demo } from '../src/demo';
import { lookAt, type Seen } from './look';
import type { RealWorld } from './real-world';

/** Longest time in which a host that was just booted, or an engine that was killed, has to serve again. */
const BACK_MS = 20_000;

export interface Rest {
  /** Index of the hosts that are looked at; all where nothing is said. */
  readonly hosts?: readonly number[];
}

const indexes = (world: RealWorld, { hosts }: Rest): readonly number[] =>
  hosts ?? world.machines.map((_, index) => index);

/**
 * Whatever has just died: every host serves one of these demos, whole, and only one. Waits for hosts that are just coming
 * back. Throws an Error that has all that is wrong.
 */
export const assertServes = async (world: RealWorld, demos: readonly Demo[], rest: Rest = {}): Promise<void> => {
  const digests = demos.map(({ digest }) => digest);
  for (const index of indexes(world, rest)) {
    const deadline = Date.now() + BACK_MS;
    for (;;) {
      const seen = await lookAt(world, index);
      const problems = servingProblems(seen, digests);
      if (problems.length === 0) break;
      if (Date.now() > deadline) throw new Error(story(world, index, { problems, seen }));
      await sleep(200);
    }
  }
};

const servingProblems = ({ served, releases }: Seen, digests: readonly string[]): readonly string[] => [
  ...(served.length === 1 ? [] : [`clients are answered differently: ${served.join(', ')}`]),
  ...served
    .filter((one) => !digests.includes(one))
    .map((one) => `it serves ${one}, which is none of what was deployed`),
  ...served
    .filter((one) => digests.includes(one) && !releases.some((release) => release.digest === one && release.hasList))
    .map((one) => `it serves ${one}, of which it has no whole release`),
];

/**
 * After the run that mended everything: every host serves this demo; path, slot, engine, journal and records say the
 * same; nothing is locked, open or half done. Throws an Error that has all that is wrong.
 */
export const assertAtRest = async (world: RealWorld, demo: Demo, rest: Rest = {}): Promise<void> => {
  await assertServes(world, [demo], rest);
  for (const index of indexes(world, rest)) {
    const seen = await lookAt(world, index);
    const problems = [
      ...treeProblems(seen, demo),
      ...trafficProblems(world, seen),
      ...writtenProblems(world, index, seen),
    ];
    if (problems.length > 0) throw new Error(story(world, index, { problems, seen }));
  }
  if (rest.hosts) return;
  const { hosts } = await world.status();
  const odd = hosts.filter(({ state, health, drift }) => state !== 'idle' || health !== 'healthy' || drift.length > 0);
  if (odd.length > 0) throw new Error(`The status is not that of a target at rest: ${JSON.stringify(odd)}`);
};

const treeProblems = ({ path, releases, partial, locksFree }: Seen, demo: Demo): readonly string[] => {
  const live = releases.find(({ id }) => id === path.release);
  return [
    ...(live?.digest === demo.digest
      ? []
      : [`the path is ${JSON.stringify(path)}, a tree of ${live?.digest ?? 'nothing'}`]),
    ...(live?.differs.map((line) => `the live tree and its list differ in ${line}`) ?? []),
    ...partial.map((name) => `${name} was left half placed`),
    ...(locksFree ? [] : ['a lock is held']),
  ];
};

const trafficProblems = (
  { target }: RealWorld,
  { slots, engine, configured, path, targetFile }: Seen,
): readonly string[] => {
  if (target.strategy !== 'blue-green') return [];
  const ready = Object.entries(engine ?? {}).flatMap(([name, state]) => (state === 'ready' ? [name] : []));
  const [live] = ready;
  const written = targetFileSchema.safeParse(JSON.parse(targetFile ?? 'null')).data?.live?.slot;
  if (ready.length !== 1 || (live !== 'blue' && live !== 'green'))
    return [`the engine’s ready servers are ${ready.join(', ') || 'none'}`];
  return [
    ...(configured === live ? [] : [`the engine has ${live} live, and its configuration ${configured}`]),
    ...(written === live ? [] : [`the engine has ${live} live, and target.json ${written}`]),
    ...(slots[live].release === path.release
      ? []
      : [`slot ${live} has ${slots[live].release}, and the path ${path.release}`]),
    ...(slots[live].on && slots[live].active
      ? []
      : [`slot ${live} is live and ${slots[live].on ? 'does not run' : 'is not to run'}`]),
  ];
};

interface Entry {
  readonly event: string;
  readonly run: string;
  readonly outcome?: string;
}

const writtenProblems = ({ machines, target }: RealWorld, index: number, seen: Seen): readonly string[] => {
  const { entries, torn } = readJournal(seen.journal);
  const records = Object.entries(seen.records).map(([id, text]) => ({ id, record: parseRecord(text) }));
  const host = machines[index]?.name ?? '';
  const outcomeIn = (record: DeploymentRecord | undefined) =>
    record?.targets.find((part) => part.target === target.name)?.hosts.find((one) => one.host === host);
  const runs = [...new Set(entries.map(({ run }) => run))];
  const lastMoved = runs
    .filter((run) =>
      ['moved', 'unchanged'].includes(outcomeIn(records.find(({ id }) => id === run)?.record)?.outcome ?? ''),
    )
    .at(-1);
  const lastRelease = outcomeIn(records.find(({ id }) => id === lastMoved)?.record)?.release;
  return [
    ...(torn.length === 0 ? [] : [`lines of the journal are torn: ${torn.join(' | ')}`]),
    ...seen.open.map((name) => `${name} was never closed`),
    ...records.flatMap(({ id, record }) => (record === undefined ? [`the record ${id} is not whole`] : [])),
    ...records.flatMap(({ id, record }) =>
      record?.outcome === 'running' ? [`the record ${id} says that it runs`] : [],
    ),
    ...runs.flatMap((run) =>
      runProblems(
        entries.filter((entry) => entry.run === run),
        outcomeIn(records.find(({ id }) => id === run)?.record)?.outcome,
      ),
    ),
    ...(lastRelease === undefined || lastRelease === seen.path.release
      ? []
      : [`${lastMoved} moved last, to ${lastRelease}, but the path leads to ${seen.path.release}`]),
  ];
};

/** The journal of a run and its record have to tell of the same end. */
const runProblems = (entries: readonly Entry[], recorded: string | undefined): readonly string[] => {
  const run = entries[0]?.run ?? '';
  const end = entries.findLast(({ event }) => event === 'end' || event === 'reopened' || event === 'begin');
  const outcome = end?.event === 'end' ? end.outcome : undefined;
  if (outcome === undefined) return [`the journal has no end of ${run}`];
  if (recorded === undefined) return [`${run} is in the journal, and there is no record of it on this host`];
  const expected = outcome === 'succeeded' ? 'moved' : outcome === 'rolled-back' ? 'taken-back' : 'stuck';
  return recorded === expected ? [] : [`${run} ended as ${outcome} in the journal, and as ${recorded} in its record`];
};

const readJournal = (text: string): { readonly entries: readonly Entry[]; readonly torn: readonly string[] } => {
  const entries: Entry[] = [];
  const torn: string[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    try {
      entries.push(JSON.parse(line) as Entry);
    } catch {
      torn.push(line);
    }
  }
  return { entries, torn };
};

const parseRecord = (text: string): DeploymentRecord | undefined => {
  try {
    return deploymentRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const story = (
  world: RealWorld,
  index: number,
  { problems, seen }: { readonly problems: readonly string[]; readonly seen: Seen },
): string => {
  const journal = seen.journal
    .split('\n')
    .slice(-12)
    .map((line) => line.slice(0, 200))
    .join('\n');
  const { path, slots, engine, configured, open, parts, failed, records } = seen;
  const facts = JSON.stringify({ path, slots, engine, configured, open, parts, failed, records: Object.keys(records) });
  return `${world.machines[index]?.name}: ${problems.join('; ')}\n${facts}\n${journal}`;
};
