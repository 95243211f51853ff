import { SANDBOX } from '../environment-names';
import { databaseKeys } from '../schema/database';
import { WELL_KNOWN_HEALTH } from '../schema/health-check';
import { VARIABLES } from '../variable-names';
import { EXAMPLE, SMALL_EXAMPLE } from './example';
import type { SchemaNode } from './json-schema';
import { annotatedSchema } from './json-schema';
import { inline, keyTable, table } from './table';

const property = (node: SchemaNode | undefined, ...names: readonly string[]): SchemaNode =>
  names.reduce<SchemaNode>((at, name) => at.properties?.[name] ?? {}, node ?? {});

/** What each entry of a mapping with free names is. */
const entryOf = (node: SchemaNode): SchemaNode =>
  typeof node.additionalProperties === 'object' ? node.additionalProperties : {};

/** The alternative of a union that is a mapping. */
const mappingIn = (node: SchemaNode): SchemaNode => {
  if (node.properties !== undefined) return node;
  return (node.anyOf ?? []).map(mappingIn).find(({ properties }) => properties !== undefined) ?? {};
};

const yaml = (text: string): string => `\`\`\`yaml\n${text}\`\`\``;

const wellKnown = (): string =>
  table(
    ['target', 'address, where `url` is left out', 'answer expected at this path, where `body` is left out'],
    Object.entries(WELL_KNOWN_HEALTH).map(([name, { url, path, body }]) => [
      `\`${name}\``,
      url === undefined ? 'none: `url` is needed' : `\`${url}\``,
      `\`${path}\` → \`${inline(body)}\``,
    ]),
  );

const variables = (): string =>
  table(
    ['variable', 'example', 'what it does'],
    VARIABLES.map(({ name, example, description }) => [`\`${name}\``, `\`${example}\``, description]),
  );

/** Those have a section of their own. */
const withoutDatabaseKeys = (target: SchemaNode): SchemaNode => ({
  properties: Object.fromEntries(
    Object.entries(target.properties ?? {}).filter(([name]) => !Object.hasOwn(databaseKeys, name)),
  ),
  required: ['path'],
});

type Section = readonly [title: string, ...paragraphs: string[]];

const targetSection = (target: SchemaNode): Section => [
  'Targets',
  'Below `targets`, by the name of the Nx project.',
  keyTable(withoutDatabaseKeys(target)),
  'Everything but `path`, `artifact`, `service`, `traffic`, `golden_image`, `url`, `depends_on` and `secrets` may also stand in `defaults`, for all targets (of `health_check` all but `url` and `body`).',
];

const healthSection = (target: SchemaNode): Section => [
  'Health check',
  'An address alone, or a mapping. Where it is written in several places (`defaults`, the target, an environment), it is merged key by key.',
  keyTable(mappingIn(property(target, 'health_check'))),
  'The three apps that this system was made for have what they answer built in, by name of target. The answer is expected only where the address has that path too; `body: null` asks for no answer.',
  wellKnown(),
  'A target without `health_check` is not checked; where it is restarted all the same, a note says so, unless `health_check: null` says that it is meant.',
];

const serviceSections = (target: SchemaNode): readonly Section[] => [
  [
    'Service',
    'A systemd service that is generated for the target, instead of a unit of your own and `restart`. `npx nx run <target>:setup` writes its units to the hosts; deploys only use them. An environment’s `service` replaces the target’s whole.',
    keyTable(mappingIn(property(target, 'service'))),
  ],
  [
    'Traffic',
    'HAProxy in front of the service, one for each target. With strategy `rolling` it carries requests over a restart; with `blue-green` it moves them from one slot to the other.',
    keyTable(mappingIn(property(target, 'traffic'))),
  ],
];

const goldenImageSection = (target: SchemaNode): Section => {
  const image = mappingIn(property(target, 'golden_image'));
  return [
    'Golden image',
    'What `golden_image` of a target may say beside `true`; [golden images](golden-images.md) tells what it means. An environment’s replaces the target’s whole; `false` or `null` says that the target is none, whatever its hook runs. There is one golden image for each environment.',
    keyTable(image),
    '`network`, where it is a mapping, gives each VM an address of its own:',
    keyTable(mappingIn(property(image, 'network'))),
  ];
};

const databaseSection = (target: SchemaNode): Section => {
  const names = ['migrations', ...Object.keys(databaseKeys), 'depends_on'];
  const properties = Object.fromEntries(names.map((name) => [name, property(target, name)]));
  return [
    'Database',
    'A target with `migrations` is a database: its deploy applies them, before whatever depends on it is deployed. It has these keys and no others.',
    keyTable({ properties, required: ['migrations'] }),
    '`supabase` is a mapping:',
    keyTable(mappingIn(property(target, 'supabase'))),
    'Connection strings and tokens stand in environment variables, never in the manifest.',
  ];
};

const environmentSections = (environment: SchemaNode): readonly Section[] => [
  [
    'Environments',
    'Below `environments`, by name; each is an Nx configuration (`-c <name>`).',
    keyTable(environment),
    '`roles` is a mapping; [access](access.md) tells what the roles may do:',
    keyTable(mappingIn(property(environment, 'roles'))),
    `The environment of a run is the one asked for with \`-c\`; else \`production\` where \`DEPLOY_SERVER\` is set; else \`${SANDBOX}\`.`,
  ],
  [
    'Hosts',
    'One line, `user@address:port` (user and port may be left out, an IPv6 address stands in brackets), or a mapping:',
    keyTable(mappingIn(property(environment, 'hosts')['items'] as SchemaNode)),
  ],
  [
    'Values',
    'In an environment’s section `${name}` is replaced by the value of that name in the JSON file that `values` names: an object whose values are text or numbers. A text that is one variable and nothing else takes the value’s type, so that `port: ${ssh_port}` is a number. `$${` stands for `${`. Only plain names are variables; `${name:-x}` is left to the shell. Outside of `environments` nothing is replaced.',
  ],
];

const rules: readonly Section[] = [
  [
    'Environment variables',
    'A variable wins over what the manifest says; an empty one counts as not set. `DEPLOY_SERVER`, `DEPLOY_USER` and `DEPLOY_PASSWORD` are for `production` alone; elsewhere they are ignored, and a note says so.',
    variables(),
  ],
  [
    'Order',
    'A target is deployed after those in its `depends_on`, after those its Nx project depends on, and after those whose path its `pre_deploy`, `post_deploy`, `restart`, `install` or `build_command` uses. An order found in a command is left out, with a note, where it would close a circle.',
  ],
  [
    'When something is wrong',
    'Everything that is wrong is reported at once as `MANIFEST_INVALID`, each with file, line, column and the path of the key. `ENVIRONMENT_UNKNOWN` says which environments there are; `ENVIRONMENT_INCOMPLETE` what an environment lacks: its hosts, or its values file.',
  ],
  ['A full example', yaml(EXAMPLE)],
];

const sections = (schema: SchemaNode): readonly Section[] => {
  const target = entryOf(property(schema, 'targets'));
  const environment = entryOf(property(schema, 'environments'));
  return [
    ['Top level', keyTable(schema)],
    targetSection(target),
    healthSection(target),
    ...serviceSections(target),
    goldenImageSection(target),
    databaseSection(target),
    ...environmentSections(environment),
    ...rules,
  ];
};

/** The reference page, as text of a file. */
export const referencePage = (): string => {
  const head = [
    '<!-- Generated from libs/manifest/src/schema. Change it there, then run: npm run generate -->',
    '# The manifest: `.deploy.yaml`',
    'One file at the root of the workspace says what is deployed where. YAML 1.2, with anchors and merge keys. This is one:',
    yaml(SMALL_EXAMPLE),
    'An editor with a YAML language server completes and checks it after this first line: `# yaml-language-server: $schema=docs/deploy.schema.json`.',
  ];
  const body = sections(annotatedSchema()).flatMap(([title, ...paragraphs]) => [`## ${title}`, ...paragraphs]);
  return `${[...head, ...body].join('\n\n')}\n`;
};
