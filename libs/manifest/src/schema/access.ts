import { z } from 'zod';
import { duration } from './duration';
import { choice, list, optional, text, withheld } from './leaves';

/** Host keys that are pinned with the code, believed where nothing else is named. */
export const DEFAULT_KNOWN_HOSTS = 'deploy/known_hosts';

/** How long an approval holds where nothing is said: a day's work. */
export const DEFAULT_APPROVAL_VALID_FOR = '8h';

/** A name as it stands in an allowed-signers file. */
const signerName = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9@._+-]*$/, {
    error: 'should be a name of the allowed_signers file: an address or a login, without patterns',
  });
const names = () => list(signerName(), 'names of the allowed_signers file').min(1, { error: 'should name somebody' });

const rolesSchema = z.strictObject(
  {
    maintainers: optional(names(), {
      description: 'Who may also roll back, approve, and break locks.',
      examples: [['lead@example.com']],
    }),
    deployers: optional(names(), {
      description: 'Who may deploy. Maintainers may too.',
      examples: [['developer@example.com']],
    }),
  },
  { error: 'should be a mapping with `maintainers` and `deployers`' },
);

/** What git could take for an option or for a program to run is no address. */
const repository = () =>
  text('the address of a git repository').superRefine((value, context) => {
    if (/:\/\/[^/@]*:[^/@]*@/.test(value)) context.addIssue(withheld('should carry no password: it is shown'));
    else if (value.startsWith('-') || value.includes('::'))
      context.addIssue({ code: 'custom', message: 'should be the address of a git repository' });
  });

/** Keys of an environment that say who may deploy there; docs/access.md tells the rules. */
export const accessKeys = {
  repository: optional(repository(), {
    description:
      'Git address of the repository whose `branch` a protected environment is deployed from; left out = the remote `origin`. It tells a fork’s branch of that name from the real one.',
    examples: ['https://github.com/acme/shop.git'],
  }),
  approval: optional(choice(['required', 'none']), {
    description:
      '`required`: a deploy needs the approval of somebody else for exactly its plan; `npx nx run <target>:approve` gives it.',
    default: 'none',
    examples: ['required'],
  }),
  approval_valid_for: optional(duration(), {
    description: 'How long an approval holds.',
    default: DEFAULT_APPROVAL_VALID_FOR,
    examples: ['2h'],
  }),
  roles: optional(rolesSchema, {
    description:
      'Who may do what here; left out = everybody who can log in to the hosts. In GitHub Actions the permission on the repository decides instead.',
    examples: [{ maintainers: ['lead@example.com'] }],
  }),
  known_hosts: optional(text('the path of a known_hosts file'), {
    description: `File with the keys of all hosts here, relative to the workspace or with \`~/\`; left out = \`${DEFAULT_KNOWN_HOSTS}\` where there is one, else \`~/.ssh/known_hosts\`. \`npx nx run <target>:trust\` adds to it.`,
    examples: [DEFAULT_KNOWN_HOSTS],
  }),
};
