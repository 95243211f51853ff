import { canonicalJson, hostLog, type KeptHead } from '@polydev/audit';
import { mustRun, type HostShell } from '@polydev/host';
import type { EnvironmentConfig } from '@polydev/manifest';
import { auditLayout } from '../layout';
import { program } from '../programs';

/** How many other hosts keep the head of one. */
const COPIES = 2;

/** Gives the newest head of each host's log to the hosts after it: so that entries taken off its end are missed. */
export const keepElsewhere = async (
  shells: readonly HostShell[],
  heads: readonly KeptHead[],
  environment: Pick<EnvironmentConfig, 'name' | 'stateDir'>,
): Promise<void> => {
  const hosts = [...new Map(shells.map((shell) => [shell.host.name, shell])).values()];
  const newest = newestOfEach(heads);
  const { heads: file } = auditLayout(environment.stateDir);
  await Promise.all(
    hosts.map(async (shell, index) => {
      const before = keptBy(hosts, index).map(({ host }) => hostLog(environment.name, host.name));
      const lines = before.flatMap((log) => newest.get(log) ?? []).map((head) => `${canonicalJson(head)}\n`);
      if (lines.length > 0) await mustRun(shell, program('audit', 'keep', file), { stdin: lines.join('') });
    }),
  );
};

/** The hosts whose heads the host at `index` keeps: those before it, the last before the first. */
const keptBy = <T>(hosts: readonly T[], index: number): readonly T[] =>
  Array.from({ length: Math.min(COPIES, hosts.length - 1) }, (_, step) => hosts.at(index - step - 1)).flatMap(
    (host) => host ?? [],
  );

const newestOfEach = (heads: readonly KeptHead[]): ReadonlyMap<string, KeptHead> => {
  const newest = new Map<string, KeptHead>();
  for (const head of heads) if ((newest.get(head.log)?.seq ?? 0) < head.seq) newest.set(head.log, head);
  return newest;
};
