import type { TargetConfig } from '@polydev/manifest';
import { unitNames } from './names';

const SLOTS = ['blue', 'green'] as const;

/** Everything that deploys of a target have systemd do, word for word: verb, then unit. */
const commandsOf = ({ name, strategy, traffic }: TargetConfig): readonly string[] => {
  const units = unitNames(name);
  if (strategy === 'rolling') return [`reset-failed ${units.service}`, `restart ${units.service}`];
  const { takesOver } = traffic ?? {};
  return [
    ...SLOTS.flatMap((slot) =>
      ['start', 'stop', 'restart', 'reset-failed'].map((verb) => `${verb} ${units.slot(slot)}`),
    ),
    ...SLOTS.flatMap((slot) => [`stop ${units.retireTimer(slot)}`, `restart ${units.retireTimer(slot)}`]),
    ...SLOTS.map((slot) => `stop ${units.retireService(slot)}`),
    ...(takesOver === undefined
      ? []
      : [takesOver, units.traffic].flatMap((unit) =>
          ['start', 'stop', 'enable --quiet', 'disable --quiet'].map((verb) => `${verb} ${unit}`),
        )),
  ];
};

/**
 * The file below `/etc/sudoers.d` (sudoers(5)) that allows an account to do exactly what deploys of a target need, with
 * no pattern in it.
 */
export const sudoersOf = (target: TargetConfig, user: string): { readonly path: string; readonly text: string } => {
  const lines = commandsOf(target).map((command) => `/usr/bin/systemctl ${command.replace(/[,:=\\]/g, '\\$&')}`);
  return {
    // sudo passes over names with a dot.
    path: `/etc/sudoers.d/polydev-${target.name.replaceAll('_', '__').replaceAll('.', '_.').replaceAll('.', 'dot')}`,
    text: [
      `# Generated for the target ${target.name}: what its deploys need. Its \`setup\` task writes this file anew.`,
      ...lines.map((line) => `${user} ALL=(root) NOPASSWD: ${line}`),
      '',
    ].join('\n'),
  };
};
