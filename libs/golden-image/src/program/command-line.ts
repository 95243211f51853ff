import { parseArgs } from 'node:util';
import { imageUsage } from '@polydev/errors';
import type { Wanted } from '../pipeline';

export type Command =
  | {
      readonly verb: 'build';
      readonly agent: string;
      /** What `.release.json` of the agent would say, where it has none. */
      readonly source: { readonly sha?: string; readonly digest?: string; readonly release?: string };
      readonly refresh: boolean;
    }
  | { readonly verb: 'status' | 'probe' }
  | { readonly verb: 'rollback'; readonly wanted: Wanted }
  | { readonly verb: 'pin' | 'unpin'; readonly id: string }
  | { readonly verb: 'vms'; readonly what: 'start'; readonly count: number }
  | { readonly verb: 'vms'; readonly what: 'list' }
  | { readonly verb: 'vms'; readonly what: 'stop'; readonly ids: readonly string[] | 'all' }
  | {
      readonly verb: 'network';
      readonly what: 'up' | 'down' | 'show';
      /** Who starts VMs; of `up`. */
      readonly user: string | undefined;
      readonly taps: number;
      /** Whether VMs may reach other machines; of `up`. */
      readonly outbound: boolean;
    };

export interface CommandLine {
  readonly command: Command;
  /** Lines of JSON instead of text. */
  readonly json: boolean;
}

export const USAGE = `  golden-image build --agent=<directory> [--sha=<sha> --digest=<digest> --release=<id>] [--refresh]
  golden-image status
  golden-image rollback --sha=<sha> | --image=<id>
  golden-image vms start <count> | list | stop <id…> | stop --all
  golden-image pin <id> | unpin <id>
  golden-image network up [--user=<user>] [--taps=<count>] [--outbound] | down | show
  golden-image probe
Each takes --json. Settings come from GOLDEN_IMAGE_SETTINGS.`;

const OPTIONS = {
  agent: { type: 'string' },
  sha: { type: 'string' },
  digest: { type: 'string' },
  release: { type: 'string' },
  image: { type: 'string' },
  user: { type: 'string' },
  taps: { type: 'string' },
  outbound: { type: 'boolean', default: false },
  refresh: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** Taps that are made where nobody says how many: as many VMs as a small server carries, and those of a validation. */
const TAPS = 8;

/** Returns what is asked for; throws IMAGE_USAGE where that is nothing we know. */
export const parseCommandLine = (args: readonly string[]): CommandLine => {
  const { values, positionals } = parsed(args);
  const [verb, ...words] = positionals;
  const command = commandOf(verb ?? '', words, values);
  if (typeof command === 'string') throw imageUsage({ problem: command, usage: USAGE });
  return { command, json: values.json };
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // All that it throws is an error with one sentence about what is wrong; some end with a full stop.
    const { message } = error as Error;
    throw imageUsage({ problem: message.endsWith('.') ? message : `${message}.`, usage: USAGE });
  }
};
type Values = ReturnType<typeof parsed>['values'];

/** The command, or a sentence that says what is wrong. */
const commandOf = (verb: string, words: readonly string[], values: Values): Command | string => {
  switch (verb) {
    case 'build':
      return words.length > 0 ? tooMany(words) : build(values);
    case 'status':
    case 'probe':
      return words.length > 0 ? tooMany(words) : { verb };
    case 'rollback':
      return words.length > 0 ? tooMany(words) : rollback(values);
    case 'pin':
    case 'unpin':
      return words.length === 1 ? { verb, id: words[0] ?? '' } : `${verb} takes the id of one image.`;
    case 'vms':
      return vms(words, values);
    case 'network':
      return network(words, values);
    case '':
      return 'No verb was given.';
    default:
      return `There is no verb ${JSON.stringify(verb)}.`;
  }
};

const tooMany = (words: readonly string[]): string => `Nothing is known of ${words.join(' ')}.`;

const build = ({ agent, sha, digest, release, refresh }: Values): Command | string => {
  if (!agent) return 'build needs the directory of an agent.';
  const source = { ...(sha && { sha }), ...(digest && { digest }), ...(release && { release }) };
  return { verb: 'build', agent, source, refresh };
};

const rollback = ({ sha, image }: Values): Command | string => {
  if (sha && !image) return { verb: 'rollback', wanted: { sha } };
  if (image && !sha) return { verb: 'rollback', wanted: { image } };
  return 'rollback needs either a SHA or an image.';
};

const vms = ([what, ...words]: readonly string[], { all }: Values): Command | string => {
  switch (what) {
    case undefined:
    case 'list':
      return words.length > 0 ? tooMany(words) : { verb: 'vms', what: 'list' };
    case 'start': {
      const [count = '1', ...more] = words;
      if (more.length > 0) return tooMany(more);
      return /^[1-9]\d{0,2}$/.test(count)
        ? { verb: 'vms', what, count: Number(count) }
        : `${count} is no number of VMs.`;
    }
    case 'stop':
      if (all === words.length > 0) return 'vms stop needs ids, or --all.';
      return { verb: 'vms', what, ids: all ? 'all' : words };
    default:
      return `vms knows start, list and stop, and not ${what}.`;
  }
};

const network = ([what = 'show', ...words]: readonly string[], { user, taps, outbound }: Values): Command | string => {
  if (words.length > 0) return tooMany(words);
  if (what !== 'up' && what !== 'down' && what !== 'show') return `network knows up, down and show, and not ${what}.`;
  if (taps !== undefined && !/^[1-9]\d{0,2}$/.test(taps)) return `${taps} is no number of taps.`;
  return { verb: 'network', what, user, taps: Number(taps ?? TAPS), outbound };
};
