import type { TargetConfig } from '@polydev/manifest';
import { recordLayout, targetLayout } from '../layout';
import { commandNeeds, type Need } from './command-needs';

/** Something that has to be on a host, and what for, in phrases: `restart of api`. Empty for what every deploy needs. */
export interface Question extends Need {
  readonly usedBy: readonly string[];
}

/** What the runbook runs on every host; all but perl is in Debian's coreutils, tar, gzip and findutils. */
const ALWAYS = ['sh', 'perl', 'tar', 'gzip', 'cp', 'mv', 'rm', 'mkdir', 'xargs', 'sha256sum', 'sync'] as const;

/** All that has to be on every host for the deploys of these targets, each once. Pure. */
export const questionsFor = (targets: readonly TargetConfig[]): readonly Question[] => {
  const found = new Map<string, Question>();
  const add = (need: Need, usedBy: readonly string[]): void => {
    const key = wordOf(need);
    found.set(key, { ...need, usedBy: [...(found.get(key)?.usedBy ?? []), ...usedBy] });
  };
  ALWAYS.forEach((name) => add({ kind: 'command', name }, []));
  for (const target of targets) {
    for (const [key, command] of commandsOf(target)) {
      const needs = commandNeeds(command).filter(({ name }) => !isPlacedBy(targets, name));
      needs.forEach((need) => add(need, [`${key} of ${target.name}`]));
    }
    if (target.sync === 'rsync') add({ kind: 'command', name: 'rsync' }, [`sync: rsync of ${target.name}`]);
  }
  return [...found.values()];
};

/** A need as the host is asked for it, and as it answers. */
export const wordOf = ({ kind, name }: Need): string => `${kind}=${name}`;

const commandsOf = (target: TargetConfig): readonly (readonly [key: string, command: string])[] =>
  (
    [
      ['install', typeof target.install === 'object' ? target.install.command : undefined],
      ['build_command', target.build === 'server' ? target.buildCommand : undefined],
      ['pre_deploy', target.preDeploy],
      ['restart', target.restart],
      ['post_deploy', target.postDeploy],
    ] as const
  ).flatMap(([key, command]) => (command === undefined ? [] : [[key, command] as const]));

/** What lies in a path that this run deploys need not be there yet. */
const isPlacedBy = (targets: readonly TargetConfig[], name: string): boolean =>
  targets.some(({ path }) => name === path || name.startsWith(`${path}/`));

/** Everything that will be written, as arguments for the host's program. Pure. */
export const placesOf = (stateDir: string, targets: readonly TargetConfig[]): readonly string[] => [
  `folder=${stateDir}`,
  `folder=${recordLayout(stateDir).directory}`,
  ...targets.flatMap(({ name, path }) => {
    const layout = targetLayout(stateDir, name);
    const folders = [layout.home, `${layout.home}/releases`, `${layout.home}/dependencies`, layout.shared];
    return [
      `target=${path}\t${layout.home}`,
      ...folders.map((folder) => `folder=${folder}`),
      ...[layout.lock, layout.journal].map((file) => `file=${file}`),
    ];
  }),
];
