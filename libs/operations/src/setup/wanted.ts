import type { TargetConfig } from '@polydev/manifest';
import { recordLayout, targetLayout, type Slot } from '../layout';
import { haproxyConfig } from '../traffic/config';
import { trafficOfTarget } from '../traffic/settings';
import { unitNames } from '../units/names';
import { sudoersOf } from '../units/sudoers';
import { unitsOf } from '../units/units';

/** One thing that a host has to have, and how the host's program is told of it. */
export interface Item {
  /** For people. */
  readonly what: string;
  readonly argv: readonly string[];
  /** What a file holds. */
  readonly content?: string;
}

export interface WantedInput {
  readonly target: TargetConfig;
  readonly stateDir: string;
  /** The account that deploys, and its group. */
  readonly user: string;
  readonly group: string;
  /** Public key that it logs in with; undefined where it is not known here. */
  readonly key: string | undefined;
  /** The slot that the engine's configuration gives the traffic to now; undefined where none, or no configuration. */
  readonly live: Slot | undefined;
}

/** An engine that runs reads its configuration anew, and passes its port on to itself while it does. */
export const reloadEngine = (target: string): Item => ({
  what: `the traffic engine of ${target} reads its configuration anew`,
  argv: ['reread', unitNames(target).traffic],
});

export const reload = (units: readonly string[]): Item => ({
  what: 'systemd reads its units anew',
  argv: ['reload', ...units.map((unit) => unit.replace('@.', '@blue.'))],
});

/** A socket that runs listens where it listened when it was started. */
export const resocket = (target: string): Item => ({
  what: `${unitNames(target).socket} listens as it is meant to now; for a moment nobody answers there`,
  argv: ['resocket', unitNames(target).socket, unitNames(target).service],
});

/** All that a host has to have for the deploys of a target: what comes before the units, these, and what comes after. Pure. */
export const wanted = (input: WantedInput) => ({
  before: [...programs(input), ...named(input), ...account(input), ...directories(input)],
  traffic: trafficConfig(input),
  units: unitsOf(input).map(({ name, text }): Item => {
    const path = `/etc/systemd/system/${name}`;
    return { what: `unit ${name}`, argv: ['file', path, 'root', '0644', ''], content: text };
  }),
  after: enabled(input),
});

const programs = ({ target, user }: WantedInput): readonly Item[] => {
  const needed: readonly (readonly [string, string])[] = [
    ...(target.traffic ? ([['haproxy', 'haproxy']] as const) : []),
    ...(target.sync === 'rsync' ? ([['rsync', 'rsync']] as const) : []),
    ...(user === 'root' ? [] : ([['sudo', 'sudo']] as const)),
  ];
  return needed.map(([program, name]) => ({ what: `program ${program}`, argv: ['package', program, name] }));
};

/** What the manifest names and is not ours to make. */
const named = ({ target: { service } }: WantedInput): readonly Item[] => [
  ...(service?.user ? [{ what: `account ${service.user} of the service`, argv: ['account', service.user] }] : []),
  ...[service?.environmentFile ?? [], Object.values(service?.credentials ?? {}), service?.writable ?? []]
    .flat()
    .map((path) => ({ what: `${path}, which the manifest names`, argv: ['present', path] })),
];

const account = ({ target, user, key }: WantedInput): readonly Item[] => {
  if (user === 'root') return [];
  const sudoers = sudoersOf(target, user);
  return [
    { what: `account ${user}`, argv: ['user', user] },
    { what: `${user} may read services’ logs`, argv: ['member', user, 'systemd-journal'] },
    ...(key === undefined ? [] : [{ what: `key of ${user}`, argv: ['key', user, key] }]),
    {
      what: `${user} may restart ${target.name}`,
      argv: ['file', sudoers.path, 'root', '0440', 'visudo -cqf'],
      content: sudoers.text,
    },
  ];
};

const directories = ({ target, stateDir, user }: WantedInput): readonly Item[] =>
  [
    stateDir,
    recordLayout(stateDir).directory,
    `${stateDir}/targets`,
    targetLayout(stateDir, target.name).home,
    target.path.replace(/\/[^/]*$/, '') || '/',
  ].map((path) => ({ what: `directory ${path}`, argv: ['directory', path, user, '0755'] }));

/** The engine's configuration as the manifest means it, with the slot that has the traffic; between setups it is the deploys'. */
const trafficConfig = ({ target, stateDir, user, live }: WantedInput): readonly Item[] => {
  const { traffic } = targetLayout(stateDir, target.name);
  const settings = trafficOfTarget(target, stateDir);
  if (settings === undefined) return [];
  return [
    { what: `directory ${traffic}`, argv: ['directory', traffic, user, '0755'] },
    {
      what: `configuration of the traffic engine of ${target.name}`,
      argv: ['file', settings.configFile, user, '0644', 'haproxy -c -f'],
      content: haproxyConfig(settings, { live }),
    },
  ];
};

/** What comes with the host; a service that has no release yet is not started. */
const enabled = ({ target: { name, strategy, service, traffic } }: WantedInput): readonly Item[] => {
  const units = unitNames(name);
  const item = (unit: string, now: boolean): Item => ({
    what: `${unit} comes with the host`,
    argv: ['enable', unit, now ? 'now' : 'later'],
  });
  return [
    ...(strategy === 'blue-green' ? [item(units.slot('blue'), false), item(units.slot('green'), false)] : []),
    ...(strategy === 'rolling' && service?.socket ? [item(units.socket, true)] : []),
    ...(strategy === 'rolling' ? [item(units.service, false)] : []),
    // An engine that is to take a port over is started by the deploy that does so.
    ...(traffic && traffic.takesOver === undefined ? [item(units.traffic, true)] : []),
  ];
};
