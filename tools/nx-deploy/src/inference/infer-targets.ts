import type { TargetConfiguration } from '@nx/devkit';
import { DATABASE_VERBS, migrateTask, migrationFiles } from './database-tasks';
import { type DeclaredTarget, type InferenceFacts, taskOf, TECHNOLOGIES } from './task-of';

/** The tasks of one target: one a verb, and `build` where only the manifest says how. */
export const inferTargets = (
  target: DeclaredTarget,
  ownTargets: readonly string[],
  facts: InferenceFacts,
): Record<string, TargetConfiguration> => ({
  deploy: deployTask(target, facts),
  ...Object.fromEntries(VERBS.map((verb) => [verb, verbTask(verb, target, facts)])),
  ...(target.isGoldenImage ? imageTasks(target, facts) : {}),
  ...(target.migrations === undefined ? {} : { migrate: migrateTask(target.name, facts) }),
  ...(target.build === 'local' && target.buildCommand !== undefined && !ownTargets.includes('build')
    ? { build: buildTask(target.buildCommand, target.artifact) }
    : {}),
});

const deployTask = (target: DeclaredTarget, facts: InferenceFacts): TargetConfiguration => {
  const before = target.dependsOn.flatMap((name) => facts.projects.get(name) ?? []);
  return {
    ...taskOf('deploy', { target: target.name, manifest: facts.manifest }, facts),
    // What the manifest says of a target shapes its release, so a change there has to be deployed too.
    inputs: [`{workspaceRoot}/${facts.manifest}`, ...migrationFiles(target), ...secretsFiles(target)],
    dependsOn: [
      { projects: [facts.rootProject], target: 'preflight' },
      ...(target.build === 'local' ? ['build'] : []),
      'test',
      '^deploy',
      ...(before.length === 0 ? [] : [{ projects: before, target: 'deploy' }]),
    ],
    metadata: {
      technologies: TECHNOLOGIES,
      description: describe('deploy', target),
    },
  };
};

/** A value that was set anew has to be deployed, whatever else changed. */
const secretsFiles = ({ hasSecrets }: DeclaredTarget): readonly string[] =>
  hasSecrets ? ['{workspaceRoot}/.env.*.age'] : [];

/** What can be asked of a target beside a deploy. None waits for another: at three in the morning, going back is one task. */
const VERBS = ['status', 'plan', 'rollback', 'recover', 'unlock', 'audit', 'setup', 'approve', 'trust'] as const;

const verbTask = (
  verb: (typeof VERBS)[number],
  target: DeclaredTarget,
  facts: InferenceFacts,
): TargetConfiguration => ({
  ...taskOf(verb, { target: target.name, manifest: facts.manifest }, facts),
  // A plan is made from what would be deployed.
  ...(verb === 'plan' && target.build === 'local' ? { dependsOn: ['build'] } : {}),
  metadata: { technologies: TECHNOLOGIES, description: describe(verb, target) },
});

const describe = (verb: keyof typeof DESCRIPTIONS, { name, migrations }: DeclaredTarget): string =>
  (migrations ? DATABASE_VERBS[verb] : undefined)?.(name) ?? DESCRIPTIONS[verb](name);

const DESCRIPTIONS: Readonly<Record<(typeof VERBS)[number] | 'deploy', (target: string) => string>> = {
  deploy: (target) =>
    `Deploys ${target} to the hosts of an environment (\`-c <environment>\`), in graph order, health-gated and recorded; does nothing where it is live already.`,
  status: (target) =>
    `Shows what ${target} runs on every host of an environment, its health, and its last deployments (\`--json\` for programs).`,
  plan: (target) =>
    `Shows what a deploy of ${target} would change on every host, and touches nothing; its hash can be given to \`deploy --plan\`.`,
  rollback: (target) =>
    `Takes ${target} back to what was live with an earlier commit (\`--sha\`), or to the release before; keeps what serves if that is not healthy.`,
  recover: (target) => `Finishes or undoes what a deployment of ${target} left when it died half-way.`,
  audit: (target) =>
    `Shows the audit log of an environment that ${target} is deployed to: who did what, why, how it ended; \`--verify\` checks that nobody changed it.`,
  setup: (target) =>
    `Brings the hosts of an environment to what deploys of ${target} need: account, directories, units (\`--as=root\`); does only what is missing.`,
  approve: (target) =>
    `Approves what a deploy of ${target} would do (\`--plan=<hash>\`, as \`plan\` shows it), where an environment asks for the approval of somebody else.`,
  trust: (target) =>
    `Shows the fingerprint of every host of ${target}, and adds it to the known_hosts file (\`--yes\`), or puts it in place of another (\`--replace\`).`,
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

const buildTask = (command: string, artifact: string | undefined): TargetConfiguration => ({
  executor: 'nx:run-commands',
  options: { command, cwd: '{projectRoot}' },
  cache: true,
  inputs: ['default', '^default'],
  outputs: [artifact === undefined ? '{projectRoot}/dist' : `{workspaceRoot}/${artifact}`],
  metadata: { technologies: TECHNOLOGIES, description: 'Runs the `build_command` of the deploy manifest.' },
});
