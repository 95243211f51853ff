import { lastLines, type Host } from '@polydev/host';
import { setupFailed, setupNeedsRoot } from '@polydev/errors';
import type { SetUpItem } from '../operations';
import { program } from '../programs';
import type { Item } from './wanted';

/** Longest that one thing may take: a package comes over the network. */
const ITEM_TIMEOUT_MS = 15 * 60_000;

export interface ApplyInput {
  readonly host: Host;
  readonly target: string;
  /** Whether it is only to be said what is missing. */
  readonly dryRun: boolean;
}

/** Puts a command in front of which it runs as root. Throws SETUP_NEEDS_ROOT where none may be run so. */
export const rootPrefix = async (
  host: Host,
  facts: { readonly target: string; readonly user: string },
): Promise<readonly string[]> => {
  if ((await host.exec(['id', '-u'])).stdout.trim() === '0') return [];
  if ((await host.exec(['sudo', '-n', 'true'])).exitCode === 0) return ['sudo', '-n', '--'];
  throw setupNeedsRoot({ host: host.name, ...facts });
};

/** Brings one thing of a host to what it has to be, or only looks; returns what became of it. */
export const applyItem = async (
  { host, target, dryRun }: ApplyInput,
  item: Item,
  prefix: readonly string[],
): Promise<SetUpItem> => {
  const [perl, ...rest] = [...prefix, ...program('setup', dryRun ? 'check' : 'apply', ...item.argv)];
  const result = await host.exec([perl ?? '', ...rest], {
    timeoutMs: ITEM_TIMEOUT_MS,
    ...(item.content === undefined ? {} : { stdin: item.content }),
  });
  if (result.exitCode !== 0) {
    throw setupFailed({ host: host.name, target, output: `${item.what}:\n${lastLines(result)}` });
  }
  const outcome = result.stdout.trim();
  return { host: host.name, what: item.what, outcome: isOutcome(outcome) ? outcome : 'changed' };
};

const OUTCOMES = ['as it was', 'missing', 'differs', 'made', 'changed'] as const;
const isOutcome = (text: string): text is SetUpItem['outcome'] => OUTCOMES.some((outcome) => outcome === text);
