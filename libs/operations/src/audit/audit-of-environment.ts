import {
  hostLog,
  mergeLogs,
  parseHeads,
  logNames,
  verifyLog,
  type KeptHead,
  type MergedEntry,
  type VerifiedLog,
} from '@polydev/audit';
import { isOpsError } from '@polydev/errors';
import { commandFailed, onEach, type Host } from '@polydev/host';
import type { EnvironmentConfig } from '@polydev/manifest';
import { tryHosts } from '../connect';
import { auditLayout } from '../layout';
import type { OperationContext } from '../operations';
import { signersOf } from '../signatures/signers';

export interface AuditLogsInput extends Omit<OperationContext, 'report' | 'auditor'> {
  /** Heads that were kept on this machine. */
  readonly heads: readonly KeptHead[];
}

/** The audit log of an environment, as its hosts have it. */
export interface AuditLogs {
  /** By time; what stands in several logs once. */
  readonly entries: readonly MergedEntry[];
  /** Each host's log, checked against itself and against all heads that were kept of it. */
  readonly logs: readonly VerifiedLog[];
  /** Hosts whose log could not be read. */
  readonly unreachable: readonly { readonly host: string; readonly why: string }[];
  /** Whether signatures were asked for. */
  readonly signed: boolean;
}

/** Reads and checks the audit log of every host. Touches nothing; a host whose log cannot be read is said. */
export const auditOfEnvironment = async ({ environment, signal, heads }: AuditLogsInput): Promise<AuditLogs> => {
  const signers = await signersOf(environment);
  const settled = await tryHosts(environment, signal);
  const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    const read = await onEach(hosts, { limit: hosts.length }, (host) => readFiles(host, environment));
    const files = read.flatMap((one) => (one.ok ? [one.value] : []));
    const known = [...heads, ...files.flatMap((file) => file.heads)];
    const logs = await Promise.all(
      files.map(({ host, text }) => {
        const log = hostLog(environment.name, host);
        return verifyLog({ text, log, others: otherLogs(text, environment), heads: known, signers });
      }),
    );
    return {
      entries: mergeLogs(logs.map(({ entries }) => entries)),
      logs,
      unreachable: [...settled, ...read].flatMap((one) => (one.ok ? [] : [unreachable(one.item, one.error)])),
      signed: signers !== undefined,
    };
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

const readFiles = async (host: Host, { stateDir }: EnvironmentConfig) => {
  const layout = auditLayout(stateDir);
  const [text, heads] = await Promise.all([readText(host, layout.log), readText(host, layout.heads)]);
  return { host: host.name, text, heads: parseHeads(heads).heads };
};

/** A file's text; empty where there is none: what should be in it is missed by the heads. */
const readText = async (host: Host, path: string): Promise<string> => {
  const result = await host.exec(['sh', '-c', '[ ! -e "$1" ] || cat -- "$1"', 'sh', path]);
  if (result.exitCode !== 0) throw commandFailed(result, host);
  return result.stdout;
};

/** Logs that may stand in the same file: of hosts and environments that share its directory. Those of ours are each asked. */
const otherLogs = (text: string, { name, hosts }: EnvironmentConfig): readonly string[] => {
  const found = logNames(text).filter((log) => !log.startsWith(`${name}@`));
  return [...new Set([...found, ...hosts.map((host) => hostLog(name, host.name))])];
};

const unreachable = ({ name }: { readonly name: string }, error: unknown) => ({
  host: name,
  why: isOpsError(error) ? `[${error.code}] ${error.message}` : String(error),
});
