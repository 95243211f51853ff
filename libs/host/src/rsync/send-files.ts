import { diskFull, rsyncFailed, rsyncMissing } from '@polydev/errors';
import { canceled, commandFailed } from '../command-error';
import type { CommandResult, HostShell } from '../host';
import { lastLines } from '../output';
import { BRIDGE_OPTION, readServerCommand } from './bridge';
import { type LocalEnd, LocalRsync } from './local-rsync';

/** Regular files of a directory on this machine, and where they go. */
export interface FilesToSend {
  readonly directory: string;
  /** Relative to `directory`, with forward slashes. */
  readonly paths: readonly string[];
  /** Absolute path of a directory on the host, which is there already. */
  readonly into: string;
  /** Absolute path of a tree on the host: of a file with the same path there only the differences are sent. */
  readonly basis: string | undefined;
  readonly signal: AbortSignal;
}

/** What rsync counted. */
export interface SentFiles {
  /** Bytes that rsync wrote to the host, compressed and with its own protocol; SSH adds to them. */
  readonly bytes: number;
}

/**
 * Brings files to a host with rsync, over the connection and under the lock of a shell. Modes and times of the files
 * are not brought: whoever calls sets them. Throws RSYNC_FAILED, DISK_FULL, TOOL_MISSING (rsync on the host),
 * COMMAND_CANCELED, CONNECTION_LOST; the directory on the host may hold a part of the files then.
 */
export const sendFiles = async (shell: HostShell, files: FilesToSend): Promise<SentFiles> => {
  const { directory, paths, into, basis, signal } = files;
  if (signal.aborted) throw canceled(['rsync'], shell.host);
  const local = new LocalRsync([...optionsFor(basis), '--', directory, 'host:.'], paths);
  try {
    const argv = await readServerCommand(local.fromBridge);
    const remote =
      argv && (await shell.run(argv, { cwd: into, stdin: local.fromBridge, stdout: local.toBridge, signal }));
    local.toBridge.end();
    const end = await local.ended;
    throwFailure(shell, end, remote);
    return { bytes: countOf(end.stdout) };
  } finally {
    local.stop();
  }
};

/**
 * `--protect-args`: its own arguments go over its protocol, where no shell of the host looks at them. `--ignore-times`:
 * each named file is one that differs; nothing is looked for on the host but the basis of the differences.
 */
const optionsFor = (basis: string | undefined): string[] => [
  BRIDGE_OPTION,
  '--protect-args',
  '--files-from=-',
  '--from0',
  '--no-implied-dirs',
  '--ignore-times',
  '--compress',
  '--stats',
  // Digits without separators.
  '--no-human-readable',
  ...(basis === undefined ? [] : [`--copy-dest=${basis}`]),
];

/** What rsync on the host reports comes with the local one's output, over its protocol; its own stderr has the rest. */
const throwFailure = ({ host }: HostShell, local: LocalEnd, remote: CommandResult | undefined): void => {
  if (local.missing) throw rsyncMissing({ why: 'it is not installed here' });
  if (remote?.exitCode === 127) throw commandFailed(remote, host);
  const ended = local.failed ?? failureOf(remote);
  if (ended === undefined) return;
  const stderr = local.stderr + (remote?.stderr ?? '');
  const output = lastLines({ stderr, stdout: '' });
  if (/no space left on device|disk quota exceeded/i.test(stderr)) {
    throw diskFull({ host: host.name, what: `rsync ended with ${ended}`, output });
  }
  throw rsyncFailed({ host: host.name, ended, output });
};

const failureOf = (remote: CommandResult | undefined): string | undefined => {
  if (!remote) return 'no word to the host';
  if (remote.exitCode === 0) return undefined;
  return remote.signal ? `signal ${remote.signal} there` : `exit code ${remote.exitCode} there`;
};

const countOf = (stats: string): number => Number(/^Total bytes sent: (\d+)$/m.exec(stats)?.[1] ?? 0);
