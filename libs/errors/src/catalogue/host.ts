import { OpsError } from '../ops-error';

export const HOST_CODES = [
  'HOST_UNREACHABLE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'HOST_KEY_REVOKED',
  'AUTH_FAILED',
  'CONNECTION_LOST',
  'FORWARDING_REFUSED',
  'SESSION_REFUSED',
  'COMMAND_FAILED',
  'COMMAND_TIMED_OUT',
  'COMMAND_CANCELED',
  'WRITE_FAILED',
  'LOCK_HELD',
  'NO_PERMISSION',
  'DISK_FULL',
  'TOOL_MISSING',
] as const;

/** The host's name in the manifest and `user@address:port`, as every message of this file shows them. */
interface At {
  readonly host: string;
  readonly address: string;
}
const at = ({ host, address }: At) => (address.includes(host) ? address : `${host} (${address})`);

/** A public key for people: its type and `SHA256:…`, as `ssh-keygen -l` prints it. */
interface KeyFacts {
  readonly type: string;
  readonly fingerprint: string;
}
const shown = (key: KeyFacts) => `${key.type} ${key.fingerprint}`;

const compareFirst =
  'Compare the fingerprint with the one printed on the host itself by `ssh-keygen -lf /etc/ssh/ssh_host_<type>_key.pub`';

/** No SSH conversation with the host came about: name, network, port, time-out or protocol. */
export const hostUnreachable = (facts: At & { reason: string; hint?: string; cause?: unknown }) =>
  new OpsError(
    'HOST_UNREACHABLE',
    `${at(facts)} cannot be reached: ${facts.reason}. Nothing was changed there.`,
    facts.hint ??
      'Check address and port in .deploy.yaml or ~/.ssh/config, the network, and that sshd runs on the host.',
    { cause: facts.cause },
  );

/** No known_hosts file holds a key for the host. `line` is what would have to stand in `file`. */
export const hostKeyUnknown = (
  facts: At & { key: KeyFacts; line: string; file: string; files: readonly string[]; note?: string },
) =>
  new OpsError(
    'HOST_KEY_UNKNOWN',
    `${at(facts)} shows the host key ${shown(facts.key)}, and none of ${facts.files.join(', ') || 'the known_hosts files'} ` +
      `knows the host${facts.note ? ` (${facts.note})` : ''}. The connection was refused before logging in.`,
    `\`npx nx run <target>:trust\` shows the fingerprints of all hosts. ${compareFirst}; if they are the same, \`npx nx run <target>:trust --yes\` adds this line to ${facts.file}:\n${facts.line}`,
  );

/** A known_hosts file holds other keys for the host than the one it shows. */
export const hostKeyChanged = (
  facts: At & { key: KeyFacts; known: readonly (KeyFacts & { place: string })[]; lookup: string; file: string },
) =>
  new OpsError(
    'HOST_KEY_CHANGED',
    `${at(facts)} shows the host key ${shown(facts.key)}, but it is known by ` +
      `${facts.known.map((key) => `${shown(key)} (${key.place})`).join(', ')}. ` +
      'Either the host was set up anew or somebody is in between. The connection was refused before logging in.',
    `${compareFirst}; only if the host was set up anew, put the new key in place of the old one: \`npx nx run <target>:trust --replace\` ` +
      `(of a jump host: \`ssh-keygen -R '${facts.lookup}' -f ${facts.file}\`, then add the new one).`,
  );

/** The key that the host shows stands under `@revoked` in a known_hosts file. */
export const hostKeyRevoked = (facts: At & { key: KeyFacts; place: string }) =>
  new OpsError(
    'HOST_KEY_REVOKED',
    `${at(facts)} shows the host key ${shown(facts.key)}, which ${facts.place} marks as revoked. ` +
      'The connection was refused before logging in.',
    'Give the host a new key, or find out who uses the revoked one.',
  );

/** The host refused every key and password, or there was none to offer. */
export const authFailed = (
  facts: At & { tried: readonly string[]; skipped: readonly string[]; accepts: readonly string[]; hint: string },
) =>
  new OpsError(
    'AUTH_FAILED',
    `${at(facts)} refused the login. ` +
      (facts.tried.length > 0 ? `Tried: ${facts.tried.join(', ')}. ` : 'There was no key or password to try. ') +
      (facts.skipped.length > 0 ? `Not tried: ${facts.skipped.join(', ')}. ` : '') +
      (facts.accepts.length > 0 ? `The host accepts: ${facts.accepts.join(', ')}. ` : '') +
      'Nothing was changed there.',
    facts.hint,
  );

/** The connection ended by itself. `during` is what was under way: whether it ended on the host is unknown. */
export const connectionLost = (facts: { host: string; reason: string; during?: string; cause?: unknown }) =>
  new OpsError(
    'CONNECTION_LOST',
    `The connection to ${facts.host} is gone: ${facts.reason}. ` +
      (facts.during
        ? `Whether \`${facts.during}\` ended on the host is unknown; the host ends what still runs.`
        : 'Nothing was under way.'),
    'Run the same command again: it looks at what is on the host first and finishes or undoes it.',
    { cause: facts.cause },
  );

/** sshd forbids the TCP forwarding that looks at a service from the host. */
export const forwardingRefused = (facts: { host: string; to: string; reason: string }) =>
  new OpsError(
    'FORWARDING_REFUSED',
    `sshd on ${facts.host} refuses to open a connection to ${facts.to}: ${facts.reason}.`,
    'Set `AllowTcpForwarding local` (and `PermitOpen`, where it is set) in /etc/ssh/sshd_config on the host and reload sshd.',
  );

/** sshd allows fewer sessions on one connection than are needed at a time. */
export const sessionRefused = (facts: { host: string }) =>
  new OpsError(
    'SESSION_REFUSED',
    `sshd on ${facts.host} refuses a further session on our connection. What is under way there goes on.`,
    'Set `MaxSessions` in /etc/ssh/sshd_config on the host to 10, which is the default, or more, and reload sshd.',
  );

/** What a command left behind when it failed; all texts are escaped already. */
interface CommandFacts {
  readonly host: string;
  readonly command: string;
  /** Last lines of its output, or `Nothing written`. */
  readonly output: string;
}

/** A command ended with a code that is not 0, or by a signal: `ended` says which. */
export const commandFailed = (facts: CommandFacts & { ended: string }) =>
  new OpsError(
    'COMMAND_FAILED',
    `Command failed on ${facts.host} with ${facts.ended}: ${facts.command}\n${facts.output}`,
    `Mend what the output names, or run the command by hand on ${facts.host} to see more.`,
  );

/** A command took longer than it was given; its process group was ended. */
export const commandTimedOut = (facts: CommandFacts & { seconds: number }) =>
  new OpsError(
    'COMMAND_TIMED_OUT',
    `Command on ${facts.host} took longer than ${facts.seconds} s and was ended: ${facts.command}\n${facts.output}`,
    'Give it more time in .deploy.yaml if it needs it, or find out on the host what it waits for.',
  );

/** A command was ended, or never begun, because the run was canceled. */
export const commandCanceled = (facts: { host: string; command: string }) =>
  new OpsError(
    'COMMAND_CANCELED',
    `Canceled on ${facts.host}, where it does not run any more: ${facts.command}`,
    'Run the same command again when you want to go on.',
  );

/** A file on the host could not be written; `why` is what its system said. */
export const writeFailed = (facts: { host: string; path: string; why: string }) =>
  new OpsError(
    'WRITE_FAILED',
    `${facts.path} on ${facts.host} could not be written: ${facts.why}. What it held before is still there.`,
    `Look at \`ls -ld ${facts.path}\` on ${facts.host} and mend what stands in the way.`,
  );

/** Another process holds the target's lock on a host. */
export const lockHeld = (lock: { target: string; host: string; by?: string; since?: string; deployment?: string }) =>
  new OpsError(
    'LOCK_HELD',
    `${lock.target} on ${lock.host} is being changed by ${lock.by ?? 'somebody'}` +
      `${lock.since ? ` since ${lock.since}` : ''}${lock.deployment ? ` (deployment ${lock.deployment})` : ''}. Nothing was changed.`,
    `Wait for it to end and run the same command again; \`nx run ${lock.target}:status\` shows how far it is.`,
  );

/** The login user may not do what was asked on the host. `what` is a clause: `npm ci ended with exit code 1`. */
export const noPermission = (facts: { host: string; what: string; output: string }) =>
  new OpsError(
    'NO_PERMISSION',
    `The login user has no permission on ${facts.host}: ${facts.what}\n${facts.output}`,
    'Give the user the rights on the path named above, or log in as one that has them (`user` in .deploy.yaml).',
  );

/** A file system of the host is full, or its quota is used up. */
export const diskFull = (facts: { host: string; what: string; output: string }) =>
  new OpsError(
    'DISK_FULL',
    `No space is left on ${facts.host}: ${facts.what}\n${facts.output}`,
    `Free space on ${facts.host} (\`df -h\` and \`df -i\` show where; fewer releases are kept with \`keep\` in .deploy.yaml) and run the same command again.`,
  );

/** A program that is needed is not on the host's PATH. `why` says what for. */
export const toolMissing = (facts: { host: string; tool: string; why: string }) =>
  new OpsError(
    'TOOL_MISSING',
    `${facts.tool} is not on the PATH of the login user on ${facts.host}: ${facts.why}.`,
    `Install ${facts.tool} on ${facts.host}, or put it on the PATH that \`ssh\` without a terminal gives.`,
  );
