import { z } from 'zod';
import { accessKeys } from './access';
import { hostSchema } from './host';
import { flag, list, optional, required, text } from './leaves';
import { hostPath } from './paths';
import { defaultsSchema, overrideSchema, targetSchema } from './target';

export const DEFAULT_STATE_DIR = '/opt/polydev-ai';
export const MANIFEST_FILE = '.deploy.yaml';

const error = 'should be a mapping';

const targetName = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
    error: 'should be a name of letters, digits, `.`, `_` and `-`: it is a folder on the host',
  });

/** Also a part of a git ref and the name of an Nx configuration. */
const environmentName = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, { error: 'should be a name of letters, digits, `_` and `-`' });

const stateDirMeta = {
  description: 'Directory on each host that holds releases, records, images and the audit log.',
  default: DEFAULT_STATE_DIR,
  examples: [DEFAULT_STATE_DIR],
  pattern: '^/',
};

export const environmentSchema = z.strictObject(
  {
    hosts: optional(list(hostSchema, 'hosts').min(1, { error: 'should list at least one host' }), {
      description:
        'Machines of the environment: `user@address:port`, or a mapping (see “Hosts”). Only `production` may leave them to `DEPLOY_SERVER`.',
      examples: [['deploy@203.0.113.10']],
    }),
    protected: optional(flag(), {
      description:
        'Whether the rules of production hold: clean tree, a commit that is on the branch below at the remote `origin`, tests and build in the same run. Default: `true` for `production`, else `false`.',
      examples: [true],
    }),
    branch: optional(text('the name of a branch'), {
      description: 'Branch that is deployed from. Default: `main` where protected, else any.',
      examples: ['main'],
    }),
    ...accessKeys,
    state_dir: optional(hostPath(), {
      ...stateDirMeta,
      description: 'Replaces the manifest’s `state_dir` here.',
      default: undefined,
    }),
    values: optional(text('the path of a JSON file'), {
      description: 'JSON file, relative to the workspace, with values for `${name}` in this section.',
      examples: ['.sandbox/values.json'],
    }),
    allowed_signers: optional(text('the path of a file'), {
      description:
        'File of the keys whose signatures count (ALLOWED SIGNERS in ssh-keygen(1)), relative to the workspace and committed. Set, only releases that one of them signed are started here.',
      examples: ['deploy/allowed_signers'],
    }),
    signing_key: optional(text('the path of a key'), {
      description:
        'SSH key that signs releases and the audit log: a private key without a passphrase, or a public key whose private one the agent holds. `DEPLOY_SIGNING_KEY` replaces it.',
      examples: ['~/.ssh/id_ed25519.pub'],
    }),
    targets: optional(z.record(z.string(), overrideSchema, { error }), {
      description:
        'Keys of targets that are different here. A key replaces the target’s own, `null` takes it away, `health_check` is merged key by key.',
      examples: [{ frontend: { url: 'https://staging.example.com' } }],
    }),
  },
  { error },
);

/** `.deploy.yaml` as it is written; what the rest of the house sees of it stands in config.ts. */
export const manifestSchema = z.strictObject(
  {
    version: required(z.literal(1, { error: 'should be the number 1.0, the only version there is' }), {
      description: 'Version of the manifest’s format.',
      examples: [1],
    }),
    state_dir: optional(hostPath(), stateDirMeta),
    defaults: optional(defaultsSchema, {
      description: 'Settings for all targets; a target’s own keys come first.',
      examples: [{ keep: 3 }],
    }),
    targets: required(
      z
        .record(targetName(), targetSchema, { error })
        .refine((targets) => Object.keys(targets).length > 0, { error: 'should have at least one target' }),
      { description: 'What is deployed, by the name of its Nx project.' },
    ),
    environments: optional(z.record(environmentName(), environmentSchema, { error }), {
      description: 'Where it is deployed to, by name; each is an Nx configuration (`-c production`).',
    }),
  },
  { error: 'should be a mapping with `version` and `targets`' },
);

export type EnvironmentLayer = z.infer<typeof environmentSchema>;

/** The same whatever its version: so that a wrong one does not hide what else is wrong. */
export const contentSchema = manifestSchema.extend({ version: z.unknown() });
export type ManifestData = z.infer<typeof contentSchema>;
