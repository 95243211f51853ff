/** The environment variables that change what the manifest says, with what the reference tells about each. */
export const VARIABLES = [
  {
    name: 'DEPLOY_SERVER',
    example: 'deploy@203.0.113.10',
    description:
      'Server to deploy to, as `user@address:port`; several are separated by commas. Set, it **is** production: without `-c` the environment is then `production` (which need not stand in the manifest), with all its rules, and these are its hosts.',
  },
  {
    name: 'DEPLOY_USER',
    example: 'root',
    description: 'User for the hosts of production that name none.',
  },
  {
    name: 'DEPLOY_PASSWORD',
    example: '(from a secret store)',
    description:
      'Password for the hosts of production. Keys and the SSH agent are tried first and are the better choice; a note says so each time.',
  },
  {
    name: 'DEPLOY_SIGNING_KEY',
    example: '~/.ssh/id_ed25519.pub',
    description:
      'SSH key that signs releases and the audit log: a private key without a passphrase, or a public key whose private one the agent holds.',
  },
  {
    name: 'DEPLOY_STRATEGY',
    example: 'rolling',
    description:
      '`strategy` of every target that names none itself; `blue-green` only of those with `service` and `traffic`.',
  },
  {
    name: 'GOLDEN_IMAGE_REBUILD',
    example: 'manual',
    description: '`golden_image_rebuild` of every target: `auto` or `manual`.',
  },
  {
    name: 'HEALTH_CHECK_TIMEOUT',
    example: '30',
    description: '`health_check/timeout` of every target that has a health check, in seconds or as `2m`.',
  },
  {
    name: 'ROLLBACK_ON_FAILURE',
    example: 'true',
    description: '`rollback_on_failure` of every target: `true`, `false`, `deployment`, `target` or `host`.',
  },
] as const;

export type VariableName = (typeof VARIABLES)[number]['name'];
