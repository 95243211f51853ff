import type { Candidates } from './checks/candidate';
import type { TargetConfig } from './config';
import type { Manifest } from './manifest';
import { commandsOf } from './manifest';
import type { Edge } from './order';
import { edgesInCommands, orderFrom } from './order';
import { pick } from './target-layers';

const commands = ({ preDeploy, postDeploy, restart, install, buildCommand }: TargetConfig) =>
  commandsOf([
    {
      pre_deploy: preDeploy,
      post_deploy: postDeploy,
      restart,
      install: typeof install === 'string' ? install : install.command,
      build_command: buildCommand,
    },
  ]);

const refusal = ({ target, before, foundIn }: Edge): string =>
  `${target} uses the path of ${before} in its ${foundIn}, but comes before it: ${before} depends on ${target}.`;

const unseen = ({ target, before, foundIn }: Edge): string =>
  `${target} uses the path of ${before} in its ${foundIn}, which shows only with this environment's values; ` +
  `Nx orders them by it once ${target} has \`depends_on: [${before}]\`.`;

/** The targets with the order that their hooks show, by their paths of this environment and those of `targets`; and what to say about it. */
export const resolvedOrder = (manifest: Manifest, { targets, databases }: Candidates) => {
  const basePath = new Map(manifest.targets.map(({ name, path }) => [name, path]));
  const inGraph = new Map(manifest.targets.map(({ name, dependsOn }) => [name, dependsOn]));
  const declared = [
    ...targets.map(({ config: { name, dependsOn } }) => ({ name, dependsOn })),
    ...databases.map((layers) => ({ name: layers.name, dependsOn: pick(layers, 'depends_on') ?? [] })),
  ].flatMap(({ name, dependsOn }) => dependsOn.map((before) => ({ target: name, before })));
  const found = edgesInCommands(
    targets.map(({ config }) => ({
      name: config.name,
      commands: commands(config),
      paths: [config.path, basePath.get(config.name) ?? ''],
    })),
  );
  const { order, refused } = orderFrom([...declared, ...found]);
  const surprises = found.filter(
    (edge) => !refused.includes(edge) && inGraph.get(edge.target)?.includes(edge.before) !== true,
  );
  return {
    order,
    targets: targets.map(({ config }) => ({ ...config, dependsOn: order.get(config.name) ?? [] })),
    notes: [...refused.map(refusal), ...surprises.map(unseen)],
  };
};
