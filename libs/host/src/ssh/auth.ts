import { readFile } from 'node:fs/promises';
import { type AnyAuthMethod, BaseAgent, createAgent, type IdentityCallback, type ParsedKey, utils } from 'ssh2';
import type { ClientConfig } from './client-config';
import { fingerprint } from './known-hosts';
import type { SshOptions } from './options';

/** One way to log in, and how to speak of it. */
export interface Attempt {
  readonly shown: string;
  /** Name of the method on the wire (RFC 4252). */
  readonly wire: 'publickey' | 'password' | 'keyboard-interactive';
  readonly method: AnyAuthMethod;
}

/** Ways to log in, in the order in which they are tried, and what could not be used. */
export interface LoginPlan {
  readonly attempts: readonly Attempt[];
  readonly skipped: readonly string[];
  /** What to do when none of them works. */
  readonly hint: string;
}

/**
 * Keys first, a password last. An explicit identity file comes before the agent (whose other keys could use up the
 * attempts that sshd allows), those of ssh_config behind it.
 */
export const planLogin = async (options: SshOptions, config: ClientConfig): Promise<LoginPlan> => {
  const explicit = options.identityFile ? [await readKey(options.identityFile, true)] : [];
  const configured = await Promise.all(config.identityFiles.map((path) => readKey(path, false)));
  const agent = await openAgent(config.agent);
  const inAgent = chooseKeys(agent.keys, { explicit, configured, only: config.identitiesOnly });
  // What the agent holds needs no file: it is unlocked there.
  const rest = [...explicit, ...configured].filter((file) => !inAgent.some((key) => isKeyOf(key, file)));
  const attempts = [
    ...explicit.flatMap((file) => fileAttempt(file, config.user)),
    ...(agent.agent && inAgent.length > 0 ? [agentAttempt(agent.agent, inAgent, config.user)] : []),
    ...configured.filter((file) => rest.includes(file)).flatMap((file) => fileAttempt(file, config.user)),
    ...passwordAttempts(options, config.user),
  ];
  const unusable = rest.flatMap(({ path, problem }) => (problem ? [`key ${path} (${problem})`] : []));
  const locked = rest.filter(({ problem }) => problem === LOCKED);
  return { attempts, skipped: [...unusable, ...agent.problems], hint: hintFor(locked, config) };
};

/** The agent's keys that may be tried: those of the explicit file first, and not again if the file itself will do. */
const chooseKeys = (
  keys: readonly ParsedKey[],
  files: { readonly explicit: readonly KeyFile[]; readonly configured: readonly KeyFile[]; readonly only: boolean },
): readonly ParsedKey[] => {
  const all = [...files.explicit, ...files.configured];
  const rank = (key: ParsedKey) => (files.explicit.some((file) => isKeyOf(key, file)) ? 0 : 1);
  return keys
    .filter((key) => !files.only || all.some((file) => isKeyOf(key, file)))
    .filter((key) => !files.explicit.some((file) => file.key && isKeyOf(key, file)))
    .sort((a, b) => rank(a) - rank(b));
};

const isKeyOf = (key: ParsedKey, file: KeyFile): boolean => file.public?.equals(key.getPublicSSH()) ?? false;

const LOCKED = 'needs its passphrase';
/** Milliseconds: one that hangs must not hang the deploy. */
const AGENT_TIMEOUT_MS = 3_000;

interface KeyFile {
  readonly path: string;
  readonly key?: ParsedKey;
  readonly public?: Buffer;
  /** Why it cannot be used; undefined also where a default file simply is not there. */
  readonly problem?: string;
}

const readKey = async (path: string, mustExist: boolean): Promise<KeyFile> => {
  const beside = await readFile(`${path}.pub`).then(parsed, () => undefined);
  const known = beside && { public: beside.getPublicSSH() };
  let text: Buffer;
  try {
    text = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return { path, ...known, problem: `cannot be read: ${code}` };
    return { path, ...known, ...(mustExist && { problem: 'not found' }) };
  }
  const key = utils.parseKey(text);
  if (!(key instanceof Error)) return { path, key: one(key), public: one(key).getPublicSSH() };
  const locked = /passphrase|encrypted/i.test(key.message);
  return { path, ...known, problem: locked ? LOCKED : 'not a private key that can be read' };
};

/** ssh2 returns a list for some formats, always with one key. */
const one = (key: ParsedKey | ParsedKey[]): ParsedKey => (Array.isArray(key) ? (key[0] as ParsedKey) : key);

const parsed = (text: Buffer): ParsedKey | undefined => {
  const key = utils.parseKey(text);
  return key instanceof Error ? undefined : one(key);
};

const fileAttempt = ({ path, key }: KeyFile, username: string): Attempt[] =>
  key?.isPrivateKey()
    ? [{ shown: `key ${path}`, wire: 'publickey', method: { type: 'publickey', username, key } }]
    : [];

interface OpenedAgent {
  readonly agent?: BaseAgent;
  readonly keys: readonly ParsedKey[];
  readonly problems: readonly string[];
}

const openAgent = async (path: string | undefined): Promise<OpenedAgent> => {
  if (!path) return { keys: [], problems: [] };
  const agent = createAgent(path);
  return new Promise((resolve) => {
    const silent = () => resolve({ keys: [], problems: [`agent at ${path} (does not answer)`] });
    const timer = setTimeout(silent, AGENT_TIMEOUT_MS);
    agent.getIdentities((error, keys) => {
      clearTimeout(timer);
      if (error) silent();
      else resolve({ agent, keys: (keys ?? []) as ParsedKey[], problems: [] });
    });
  });
};

const agentAttempt = (agent: BaseAgent, keys: readonly ParsedKey[], username: string): Attempt => ({
  shown: `${keys.length === 1 ? 'key' : 'keys'} of the agent: ${keys.map((key) => key.comment || fingerprint(key.getPublicSSH())).join(', ')}`,
  wire: 'publickey',
  method: { type: 'agent', username, agent: new ChosenKeys(agent, keys) },
});

/** An agent that shows some of its keys only, in our order. */
class ChosenKeys extends BaseAgent {
  constructor(
    private readonly agent: BaseAgent,
    private readonly keys: readonly ParsedKey[],
  ) {
    super();
  }

  override getIdentities(callback: IdentityCallback): void {
    callback(undefined, [...this.keys]);
  }

  /** `rest` is options and callback, or the callback alone. */
  override sign(key: Buffer | string | ParsedKey, data: Buffer, ...rest: [never]): void {
    this.agent.sign(key, data, ...rest);
  }
}

const passwordAttempts = ({ password }: SshOptions, username: string): Attempt[] => {
  if (!password) return [];
  return [
    { shown: 'password', wire: 'password', method: { type: 'password', username, password: password.reveal() } },
    {
      shown: 'password typed for us at the prompt',
      wire: 'keyboard-interactive',
      method: {
        type: 'keyboard-interactive',
        username,
        // eslint-disable-next-line max-params -- ssh2 calls it so
        prompt: (_name, _instructions, _lang, prompts, finish) =>
          finish(prompts.map(({ echo }) => (echo ? '' : password.reveal()))),
      },
    },
  ];
};

const hintFor = (locked: readonly KeyFile[], { agent, user }: ClientConfig): string => {
  const [first] = locked;
  if (first) {
    return agent
      ? `Unlock the key once with \`ssh-add ${first.path}\` and run the same command again.`
      : `Start an agent and unlock the key once: \`eval "$(ssh-agent)" && ssh-add ${first.path}\`, then run the same command again.`;
  }
  return `Put your public key into ~${user}/.ssh/authorized_keys on the host (\`ssh-copy-id\`), or name user and identity file in .deploy.yaml.`;
};

/** The public half of a private key's file as a line of authorized_keys; undefined where it cannot be told. */
export const publicKeyLine = async (identityFile: string): Promise<string | undefined> => {
  const { public: blob } = await readKey(identityFile, false);
  if (blob === undefined) return undefined;
  // The wire form begins with the length and the name of its type (RFC 4253, 6.6).
  const type = blob.toString('utf8', 4, 4 + blob.readUInt32BE(0));
  return `${type} ${blob.toString('base64')} polydev-deploy`;
};
