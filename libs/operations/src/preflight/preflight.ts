import { isOpsError } from '@polydev/errors';
import { rsyncMissingLocally, type Host } from '@polydev/host';
import type { EnvironmentConfig } from '@polydev/manifest';
import { mayBeMissing, tryHosts } from '../connect';
import type { Finding, Preflight, PreflightInput } from '../operations';
import { doubtOfSigning } from '../signatures/sign-release';
import { askForwarding } from './ask-forwarding';
import { askClock, askHost, askLocks } from './ask-host';
import { askShared } from './ask-shared';
import { askUnits } from './ask-units';
import { findingOf } from './finding';
import { judgeClock } from './judge-clock';
import { judgeLocks } from './judge-locks';
import { judgeNeeds } from './judge-needs';
import { judgePlaces } from './judge-places';
import { judgeSource } from './judge-source';
import { judgeSpace } from './judge-space';
import { judgeUnits } from './judge-units';
import { leftOut, outOfReach } from './out-of-reach';
import { reportFindings } from './report-findings';

/**
 * Looks at everything a run needs before anything is touched: the tree and its branch, every host reachable with the
 * key we know, its locks, tools, disks and clock, our permission there. Reports all findings in one go, errors last,
 * and returns them.
 */
export const preflight: Preflight = async (input) => {
  const { environment, report, signal } = input;
  report({ kind: 'headline', text: headline(environment) });
  const settled = await tryHosts(environment, signal);
  const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    const found = await Promise.all([
      lookHere(input),
      input.elsewhere?.(hosts) ?? [],
      ...settled.map((one) =>
        one.ok
          ? lookAt(one.value, input)
          : mayBeMissing(environment, one, hosts.length)
            ? [leftOut(one.item)]
            : [outOfReach(environment, one.item, one.error)],
      ),
    ]);
    const notes = environment.notes.map((message): Finding => ({ level: 'note', code: 'NOTE', message, hint: '' }));
    return reportFindings([...notes, ...judgeSource(environment, input.head, input.source), ...found.flat()], report);
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

const headline = ({ name, protected: isProtected, hosts }: EnvironmentConfig): string =>
  `Deploying to ${name}${isProtected ? ' (protected)' : ''}: ${hosts
    .map((host) => (host.name === host.address ? host.name : `${host.name} (${host.address})`))
    .join(', ')}`;

/** What is missing on the machine that deploys: a program, a key whose signature counts. */
const lookHere = async ({ environment, targets }: PreflightInput): Promise<readonly Finding[]> => {
  const missing = targets.some(({ sync }) => sync === 'rsync') ? await rsyncMissingLocally() : undefined;
  // What is no release, such as a migration, is written down without a key; with one that counts for nothing it is not.
  const signs = targets.length > 0 || environment.signingKey !== undefined;
  const unsigned = signs ? await doubtOfSigning(environment) : undefined;
  return [missing ?? [], unsigned ?? []].flat().map((error) => findingOf(error, undefined));
};

const lookAt = async (host: Host, { environment, targets }: PreflightInput): Promise<readonly Finding[]> => {
  const { name } = host;
  const { stateDir } = environment;
  try {
    // By itself: another command under way would pass for a difference of the clocks.
    const clock = await askClock(host);
    const [facts, locks, refused, units, shared] = await Promise.all([
      askHost(host, stateDir, { targets }),
      askLocks(host, stateDir, targets),
      askForwarding(host, targets),
      askUnits(host, stateDir, targets),
      askShared(host, stateDir, targets),
    ]);
    const spaces = facts.targets.map((space, index) => ({ ...space, name: targets[index]?.name ?? '' }));
    return [
      ...judgeLocks(name, locks),
      ...[...refused, ...shared].map((error) => findingOf(error, name)),
      ...judgeNeeds(name, facts.absent),
      ...judgeUnits(name, units),
      ...judgePlaces(name, facts),
      ...judgeSpace(name, facts.disks, spaces),
      ...judgeClock(name, clock),
    ];
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return [findingOf(error, name)];
  }
};
