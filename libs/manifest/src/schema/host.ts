import { z } from 'zod';
import { optional, required, text, whole, withheld } from './leaves';

/** `user@address:port`, where user and port may be left out and an IPv6 address stands in brackets. */
const WRITTEN = /^(?:([^@\s:]+)@)?(?:\[([0-9a-fA-F:.%\w]+)\]|([^@\s:[\]]+))(?::(\d{1,5}))?$/;

export interface HostParts {
  readonly user: string | undefined;
  readonly address: string;
  readonly port: number | undefined;
}

/** The parts of a written host; a string says why it is none (never repeating the text, which may hold a password). */
export const hostParts = (written: string): HostParts | string => {
  const [, user, bracketed, plain, digits] = WRITTEN.exec(written) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) {
    if (/^[^@]*:[^@]*@/.test(written))
      return 'should be `user@address:port` without a password; DEPLOY_PASSWORD is for that';
    if (/^[0-9a-fA-F:]+:[0-9a-fA-F:]*$/.test(written))
      return 'should have its IPv6 address in brackets: `user@[::1]:22`';
    return 'should be `user@address:port`, an address, or a name of ~/.ssh/config';
  }
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return 'should have a port from 1 to 65535';
  if (address.startsWith('-') || user?.startsWith('-') === true) return 'should not begin with a dash';
  return { user, address, port };
};

const hostText = () =>
  z.string({ error: 'should be `user@address:port` or a mapping' }).superRefine((written, context) => {
    const parts = hostParts(written);
    if (typeof parts === 'string') context.addIssue(withheld(parts));
  });

const word = (expected: string) =>
  text(expected).refine((value) => /^[^\s@:[\]-][^\s@[\]]*$/.test(value) || value.startsWith('::'), {
    error: `should be ${expected}`,
  });

const hostObject = z.strictObject(
  {
    name: optional(text('a name'), {
      description: 'Name for people and records; left out = the address.',
      examples: ['web-1'],
    }),
    address: required(word('a host name, an address, or a name of ~/.ssh/config'), {
      description: 'Host name, address, or a name of `~/.ssh/config`.',
      examples: ['203.0.113.10'],
    }),
    port: optional(whole(1, 65_535), {
      description: 'SSH port; left out = that of `~/.ssh/config`, else 22.',
      examples: [2222],
    }),
    user: optional(word('a user name'), {
      description: 'User to log in as; left out = `DEPLOY_USER` in production, else that of `~/.ssh/config`.',
      examples: ['deploy'],
    }),
    identity_file: optional(text('the path of a private key'), {
      description: 'Private key, relative to the workspace or with `~/`; left out = the SSH agent and the usual keys.',
      examples: ['~/.ssh/deploy_ed25519'],
    }),
    known_hosts: optional(text('the path of a known_hosts file'), {
      description:
        'File with the host’s key, relative to the workspace or with `~/`; left out = `~/.ssh/known_hosts`. A host whose key is not known is refused.',
      examples: ['.github/known_hosts'],
    }),
  },
  { error: 'should be `user@address:port` or a mapping' },
);

export const hostSchema = z.union([hostText(), hostObject], {
  error: 'should be `user@address:port` or a mapping with `address`',
});
export type HostLayer = z.infer<typeof hostSchema>;
