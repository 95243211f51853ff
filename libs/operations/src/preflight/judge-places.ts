import type { Finding } from '../operations';
import type { HostFacts } from './ask-host';

/** What may not be written or moved, of all that a deploy writes and moves on a host. Pure. */
export const judgePlaces = (
  host: string,
  { denied, fixed }: Pick<HostFacts, 'denied' | 'fixed'>,
): readonly Finding[] => [
  ...denied.map(({ path, why }): Finding => ({
    level: 'error',
    code: 'NO_PERMISSION',
    host,
    message: `${path} on ${host} may not be written by the user we log in as: ${why}.`,
    hint: /read-only/i.test(why)
      ? `\`findmnt -T ${path}\` on ${host} shows the file system; mount it writable (a damaged disk is made read-only by itself: see \`dmesg\`).`
      : `Give that user the path (\`chown\` on ${host}), or log in as another (\`user\` in the manifest).`,
  })),
  ...fixed.map(({ path, why }): Finding => ({
    level: 'error',
    code: 'PATH_FIXED',
    host,
    message: `${path} on ${host} cannot be replaced by a symlink to the release: ${FIXED[why]}.`,
    hint: 'Choose another `path` in the manifest, for instance a directory below this one.',
  })),
];

const FIXED = {
  mount: 'a file system is mounted there',
  sticky: 'it belongs to another user, in a directory whose sticky bit lets only the owner move it',
} as const;
