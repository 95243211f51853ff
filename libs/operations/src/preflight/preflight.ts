import { isOpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import { tryHosts } from '../connect';
import { answerOf } from '../deploy/state';
import type { Finding, Preflight, PreflightInput } from '../operations';
import { program } from '../programs';
import { judgeHost, neededCommands, type HostFacts } from './judge';
import { judgeSource } from './judge-source';

/**
 * Looks at everything a run needs before anything is touched: every host reachable with the key we know, its disk, its
 * tools, our permission. Reports all findings in one go, errors last, and returns them.
 */
export const preflight: Preflight = async (input) => {
  const { environment, report, signal } = input;
  report({
    kind: 'headline',
    text: `Deploying to ${environment.name}${environment.protected ? ' (protected)' : ''}: ${environment.hosts
      .map(({ name, address }) => (name === address ? name : `${name} (${address})`))
      .join(', ')}`,
  });
  const settled = await tryHosts(environment, signal);
  const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    const notes = environment.notes.map((message): Finding => ({ level: 'note', code: 'NOTE', message, hint: '' }));
    const found = await Promise.all(
      settled.map(async (one) => (one.ok ? lookAt(one.value, input) : [outOfReach(one.item.name, one.error)])),
    );
    const findings = [...notes, ...judgeSource(environment, input.head), ...found.flat()].sort(
      (a, b) => RANK[a.level] - RANK[b.level],
    );
    findings.forEach((finding) => say(input, finding));
    return findings;
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

const RANK = { note: 0, warning: 1, error: 2 } as const;

const lookAt = async (host: Host, { environment, targets }: PreflightInput): Promise<readonly Finding[]> => {
  const commands = neededCommands(targets);
  const paths = targets.map(({ path }) => path);
  const look = host.exec(program('preflight', environment.stateDir, ...paths, '--', ...commands));
  try {
    return judgeHost(host.name, environment.stateDir, await answerOf<HostFacts>(host, look));
  } catch (error) {
    return [outOfReach(host.name, error)];
  }
};

const outOfReach = (host: string, error: unknown): Finding => {
  if (!isOpsError(error)) throw error;
  return { level: 'error', code: error.code, host, message: error.message, hint: error.hint };
};

const say = ({ report }: PreflightInput, { level, code, host, message, hint }: Finding): void => {
  const where = host === undefined ? {} : { host };
  if (level === 'note') report({ kind: 'note', text: message, ...where });
  else report({ kind: 'warning', text: `${level === 'error' ? 'ERROR ' : ''}[${code}] ${message}`, hint, ...where });
};
