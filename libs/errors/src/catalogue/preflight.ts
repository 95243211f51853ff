import { OpsError } from '../ops-error';

export const PREFLIGHT_CODES = ['SPACE_SHORT'] as const;

/** What there is of room on a file system, and what a deploy takes of it: bytes, and files (inodes); one of them is too little. */
export interface SpaceFacts {
  readonly host: string;
  /** A directory on that file system. */
  readonly at: string;
  readonly targets: readonly string[];
  readonly counted: 'bytes' | 'files';
  readonly free: number;
  /** For the new releases, which stand beside the old ones until these are pruned. */
  readonly needed: number;
  /** To be left free. */
  readonly spare: number;
  /** Whether `needed` is taken from what serves now, as nothing is built yet. */
  readonly estimated: boolean;
}

/** A file system of a host has not the room for what would be placed there. */
export const spaceShort = (facts: SpaceFacts) =>
  new OpsError(
    'SPACE_SHORT',
    `${facts.host} has ${shown(facts, facts.free)} free at ${facts.at}. ` +
      `${facts.targets.length === 1 ? 'A new release' : 'New releases'} of ${facts.targets.join(', ')} ` +
      `take${facts.targets.length === 1 ? 's' : ''} ${facts.estimated ? 'about ' : ''}${shown(facts, facts.needed)}${facts.estimated ? ', as the live ones do' : ''}, ` +
      `and ${shown(facts, facts.spare)} are to stay free. Nothing was touched.`,
    `Free some on ${facts.host}: \`${facts.counted === 'bytes' ? 'df -h' : 'df -i'} ${facts.at}\` shows the file system, ` +
      `\`du ${facts.counted === 'bytes' ? '-xh' : '--inodes -x'} -d2 <directory> | sort -n\` what fills it. A smaller \`keep\` in .deploy.yaml keeps fewer releases from the next deploy on.`,
  );

const MEGABYTE = 1024 ** 2;
const shown = ({ counted }: SpaceFacts, amount: number): string =>
  counted === 'files' ? `${amount} inodes` : `${Math.ceil(amount / MEGABYTE)} MB`;
