import { readFileSync } from 'node:fs';
import type { OrdinaryUser } from './ordinary-user';

/** Capabilities that let a user through directories which only root gets into, the weaker first (capabilities(7)). */
const PASSES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
] as const;

/**
 * The command that runs `argv` as that user; `argv` itself where we need not be anyone else. The user may read what is below
 * directories that only root gets into: a workspace in root's home, or in a temporary directory.
 */
export const asUser = (
  argv: readonly [string, ...string[]],
  user: OrdinaryUser | undefined,
): readonly [string, ...string[]] => {
  if (!user || process.platform !== 'linux') return argv;
  const pass = PASSES.find(({ bit }) => (ownCapabilities() >> bit) & 1n)?.name;
  const given = `-all${pass === undefined ? '' : `,+${pass}`}`;
  // Without that security bit access(2), by which PostgreSQL looks for its own programs, takes no notice of capabilities.
  const kept = pass === undefined ? [] : [`--ambient-caps=${given}`, '--securebits=+no_setuid_fixup'];
  return [
    'setpriv',
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    `--inh-caps=${given}`,
    ...kept,
    ...argv,
  ];
};

/** Whom `spawn` is left to change to: on Linux nobody, for the command of `asUser` does. */
export const spawnedAs = (user: OrdinaryUser | undefined): OrdinaryUser | undefined =>
  process.platform === 'linux' ? undefined : user;

const ownCapabilities = (): bigint => {
  const hex = /^CapPrm:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return BigInt(`0x${hex ?? '0'}`);
};
