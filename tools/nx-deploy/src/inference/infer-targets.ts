import type { TargetConfiguration } from '@nx/devkit';
import { PLUGIN } from '../plugin-options';

/** What the manifest says of a target that decides its tasks. */
export interface DeclaredTarget {
  readonly name: string;
  /** Names of targets that come before it. */
  readonly dependsOn: readonly string[];
  readonly build: 'local' | 'server';
  readonly buildCommand?: string;
  readonly artifact?: string;
  /** Whether it is the agent of a golden image, in any environment. */
  readonly isGoldenImage?: boolean;
}

export interface InferenceFacts {
  readonly manifest: string;
  /** Names of all environments; each becomes a configuration. */
  readonly environments: readonly string[];
  /** Name of the project that is the workspace itself and carries `preflight`. */
  readonly rootProject: string;
  /** Names of the Nx projects, by target. */
  readonly projects: ReadonlyMap<string, string>;
}

const TECHNOLOGIES = ['polydev-deploy'];

/** The tasks of one target: one a verb, and `build` where only the manifest says how. */
export const inferTargets = (
  target: DeclaredTarget,
  ownTargets: readonly string[],
  facts: InferenceFacts,
): Record<string, TargetConfiguration> => ({
  deploy: deployTask(target, facts),
  ...Object.fromEntries(VERBS.map((verb) => [verb, verbTask(verb, target, facts)])),
  ...(target.isGoldenImage ? imageTasks(target, facts) : {}),
  ...(target.build === 'local' && target.buildCommand !== undefined && !ownTargets.includes('build')
    ? { build: buildTask(target.buildCommand, target.artifact) }
    : {}),
});

const deployTask = (target: DeclaredTarget, facts: InferenceFacts): TargetConfiguration => {
  const before = target.dependsOn.flatMap((name) => facts.projects.get(name) ?? []);
  return {
    ...taskOf('deploy', { target: target.name, manifest: facts.manifest }, facts),
    // What the manifest says of a target shapes its release, so a change there has to be deployed too.
    inputs: [`{workspaceRoot}/${facts.manifest}`],
    dependsOn: [
      { projects: [facts.rootProject], target: 'preflight' },
      ...(target.build === 'local' ? ['build'] : []),
      'test',
      '^deploy',
      ...(before.length === 0 ? [] : [{ projects: before, target: 'deploy' }]),
    ],
    metadata: {
      technologies: TECHNOLOGIES,
      description: `Deploys ${target.name} to the hosts of an environment (\`-c <environment>\`), in graph order, health-gated and recorded; does nothing where it is live already.`,
    },
  };
};

/** What can be asked of a target beside a deploy. None waits for another: at three in the morning, going back is one task. */
const VERBS = ['status', 'plan', 'rollback', 'recover', 'unlock', 'setup'] as const;

const verbTask = (
  verb: (typeof VERBS)[number],
  target: DeclaredTarget,
  facts: InferenceFacts,
): TargetConfiguration => ({
  ...taskOf(verb, { target: target.name, manifest: facts.manifest }, facts),
  // A plan is made from what would be deployed.
  ...(verb === 'plan' && target.build === 'local' ? { dependsOn: ['build'] } : {}),
  metadata: { technologies: TECHNOLOGIES, description: DESCRIPTIONS[verb](target.name) },
});

const DESCRIPTIONS: Readonly<Record<(typeof VERBS)[number], (target: string) => string>> = {
  status: (target) =>
    `Shows what ${target} runs on every host of an environment, its health, and its last deployments (\`--json\` for programs).`,
  plan: (target) =>
    `Shows what a deploy of ${target} would change on every host, and touches nothing; its hash can be given to \`deploy --plan\`.`,
  rollback: (target) =>
    `Takes ${target} back to what was live with an earlier commit (\`--sha\`), or to the release before; keeps what serves if that is not healthy.`,
  recover: (target) => `Finishes or undoes what a deployment of ${target} left when it died half-way.`,
  setup: (target) =>
    `Brings the hosts of an environment to what deploys of ${target} need: account, directories, units (\`--as=root\`); does only what is missing.`,
  unlock: (target) => `Ends whatever holds the lock of ${target} on its hosts; asks for a \`--reason\` and records it.`,
};

/** What can be asked of a golden image. It is built from the agent that is live, so the agent is deployed first. */
const imageTasks = (target: DeclaredTarget, facts: InferenceFacts): Record<string, TargetConfiguration> => {
  const options = { target: target.name, manifest: facts.manifest };
  return {
    'golden-image': {
      ...taskOf('golden-image', options, facts),
      inputs: [`{workspaceRoot}/${facts.manifest}`],
      dependsOn: ['deploy'],
      metadata: {
        technologies: TECHNOLOGIES,
        description: `Builds the golden image of ${target.name} on the hosts of an environment, proves it by a real boot and activates it; does nothing where it is active already.`,
      },
    },
    vms: {
      ...taskOf('vms', options, facts),
      metadata: {
        technologies: TECHNOLOGIES,
        description: `Lists the VMs that run from the golden images of ${target.name}; starts (\`--start=2\`) and stops (\`--stop=<id>\`, \`--stop=all\`) some.`,
      },
    },
  };
};

/** The task of the root project that every deploy depends on, so that it runs once a run. */
export const preflightTask = (facts: Pick<InferenceFacts, 'manifest' | 'environments'>): TargetConfiguration => ({
  ...taskOf('preflight', { manifest: facts.manifest }, facts),
  metadata: {
    technologies: TECHNOLOGIES,
    description:
      'Checks all that the deploys of a run need, manifest, hosts, keys, disk and tools, before anything is touched.',
  },
});

const taskOf = (
  executor: string,
  options: Readonly<Record<string, string>>,
  { environments }: Pick<InferenceFacts, 'environments'>,
): TargetConfiguration => ({
  executor: `${PLUGIN}:${executor}`,
  options,
  configurations: Object.fromEntries(environments.map((name) => [name, {}])),
  cache: false,
  // Never cached, so Nx need not hash every file of the project.
  inputs: [],
});

const buildTask = (command: string, artifact: string | undefined): TargetConfiguration => ({
  executor: 'nx:run-commands',
  options: { command, cwd: '{projectRoot}' },
  cache: true,
  inputs: ['default', '^default'],
  outputs: [artifact === undefined ? '{projectRoot}/dist' : `{workspaceRoot}/${artifact}`],
  metadata: { technologies: TECHNOLOGIES, description: 'Runs the `build_command` of the deploy manifest.' },
});
