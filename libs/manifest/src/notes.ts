import type { Candidates } from './checks/candidate';
import { PRODUCTION } from './environment-names';
import type { EnvironmentLayer } from './schema/manifest';
import type { EnvironmentVariables, VariableSettings } from './variables';
import { valueOf } from './variables';

interface NotesInput {
  readonly name: string;
  readonly layer: EnvironmentLayer;
  readonly candidates: Candidates;
  readonly variables: VariableSettings;
  readonly env: EnvironmentVariables;
}

const FOR_PRODUCTION = ['DEPLOY_SERVER', 'DEPLOY_USER', 'DEPLOY_PASSWORD'] as const;

const ignored = ({ name, env }: NotesInput): readonly string[] => {
  const set = name === PRODUCTION ? [] : FOR_PRODUCTION.filter((variable) => valueOf(env, variable) !== undefined);
  if (set.length === 0) return [];
  return [
    `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} ignored: this is ${name}, and production's are not used for it.`,
  ];
};

const replaced = ({ layer, variables }: NotesInput): readonly string[] =>
  layer.hosts !== undefined && variables.servers !== undefined
    ? ['DEPLOY_SERVER replaces the hosts that the manifest lists for production.']
    : [];

const password = ({ variables }: NotesInput): readonly string[] =>
  variables.password === undefined
    ? []
    : ['DEPLOY_PASSWORD is set; a key is safer: put one on the hosts with `ssh-copy-id` and leave the password out.'];

/** A target that was restarted is taken for good unseen, unless its manifest says that this is meant (`health_check: null`). */
const unchecked = ({ candidates }: NotesInput): readonly string[] =>
  candidates.targets.flatMap(({ config, layers }) => {
    const isSilent = layers.layers.every(
      ({ path, layer }) => path[0] === 'defaults' || layer.health_check === undefined,
    );
    return config.restart !== undefined && isSilent
      ? [
          `${config.name} is restarted and has no health_check: that it serves is not checked (\`health_check: null\` says that this is meant).`,
        ]
      : [];
  });

/** What the user should hear once a run. */
export const notesOf = (input: NotesInput): readonly string[] => [
  ...ignored(input),
  ...replaced(input),
  ...password(input),
  ...unchecked(input),
];
