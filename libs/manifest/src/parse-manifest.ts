import { manifestInvalid } from '@polydev/errors';
import { candidatesOf } from './checks/candidate';
import type { WrittenEnvironment } from './checks/environment';
import { environmentComplaints, withoutHosts } from './checks/environment';
import { kindComplaints } from './checks/kind';
import { targetComplaints } from './checks/targets';
import { toDatabase } from './database';
import { interpolate, variablesIn } from './interpolate';
import type { Manifest } from './manifest';
import { goldenImagesAnywhere, orderEverywhere, withSecretsAnywhere } from './manifest';
import type { Complaint } from './problem';
import { firstOnly, inFileOrder, showPath } from './problem';
import { check } from './schema/check';
import type { Finding } from './schema/findings';
import { valueAt } from './schema/findings';
import type { ManifestData } from './schema/manifest';
import { contentSchema, MANIFEST_FILE, manifestSchema } from './schema/manifest';
import { problemAt, readSource } from './source';

const keysAt = (data: unknown, key: string): readonly string[] => {
  const inner = valueAt(data, [key]);
  return typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
};

/** What will be in the place of `${name}` is not known before the environment is chosen; it is checked then. */
const awaitsValues = ({ path, value }: Finding): boolean =>
  path[0] === 'environments' && typeof value === 'string' && variablesIn(value).length > 0;

const variables = (data: unknown, name: string) => interpolate(valueAt(data, ['environments', name]), {}).unknown;

/** An environment that has variables and no file to take their values from. */
const withoutValues = (data: unknown, name: string): readonly Complaint[] =>
  valueAt(data, ['environments', name, 'values']) !== undefined
    ? []
    : variables(data, name).map(({ path, name: variable }) => ({
        path: ['environments', name, ...path],
        message: `uses \${${variable}}, and the environment has no \`values\` file; write $\${${variable}} where it is meant as it stands`,
      }));

/** Contradictions in what is valid by itself: before any environment, then in each that needs no values. */
const contradictions = (data: unknown, valid: ManifestData): readonly Complaint[] => {
  const names = keysAt(data, 'targets');
  const complete = Object.entries(valid.environments ?? {})
    .map(([name, layer]): WrittenEnvironment => ({ name, layer }))
    .filter(({ name }) => variables(data, name).length === 0);
  return [
    ...kindComplaints({ data: valid, written: data }),
    ...Object.entries(valid.environments ?? {}).flatMap(([name, layer]) =>
      kindComplaints({ data: valid, written: data, environment: { name, layer } }),
    ),
    ...targetComplaints(candidatesOf({ data: valid, names })),
    ...complete.flatMap((environment) => environmentComplaints(environment, names)),
    ...complete.flatMap((environment) => targetComplaints(candidatesOf({ data: valid, names, environment }))),
  ];
};

const complaintsAbout = (data: unknown): readonly Complaint[] => {
  const { findings } = check(manifestSchema, data);
  const { valid } = check(contentSchema, data);
  const environments = keysAt(data, 'environments');
  const wrong = findings.filter((finding) => !awaitsValues(finding));
  const further = [
    ...environments.flatMap((name) => withoutHosts(name, valueAt(data, ['environments', name]))),
    ...environments.flatMap((name) => withoutValues(data, name)),
    ...(valid === undefined ? [] : contradictions(data, valid)),
  ];
  return firstOnly(wrong, further);
};

/**
 * Reads a manifest's text. Throws MANIFEST_INVALID with every problem that can be seen without an environment's values;
 * `problemsOf` gives them one by one.
 */
export const parseManifest = (text: string, file = MANIFEST_FILE): Manifest => {
  const { source, problems: syntax, readable } = readSource(text, file);
  if (!readable) throw manifestInvalid(file, inFileOrder(syntax));
  const told = new Set(syntax.map(({ path }) => path));
  const complaints = complaintsAbout(source.data).filter(({ path }) => path.length === 0 || !told.has(showPath(path)));
  const problems = inFileOrder([...syntax, ...complaints.map((complaint) => problemAt(source, complaint))]);
  if (problems.length > 0) throw manifestInvalid(file, problems);
  const data = source.data as ManifestData;
  const order = orderEverywhere(data);
  const { targets, databases } = candidatesOf({ data, names: Object.keys(data.targets) });
  const ordered = <T extends { readonly name: string }>(one: T) => ({ ...one, dependsOn: order.get(one.name) ?? [] });
  return {
    file,
    targets: targets.map(({ config }) => ordered(config)),
    databases: databases.map((layers) => ordered(toDatabase(layers, {}))),
    environments: Object.entries(data.environments ?? {}).map(([name, { values }]) => ({
      name,
      ...(values === undefined ? {} : { valuesFile: values }),
    })),
    goldenImages: goldenImagesAnywhere(data),
    withSecrets: withSecretsAnywhere(data),
    written: { data, source },
  };
};
