import { setupNothing } from '@polydev/errors';
import { publicKeyLine, type Host } from '@polydev/host';
import type { HostConfig } from '@polydev/manifest';
import { withHosts } from '../connect';
import type { SetUpItem, SetupInput } from '../operations';
import { applyItem, rootPrefix } from './apply';
import { RELOAD, wanted, type Item } from './wanted';

/**
 * Brings every host of an environment to what the deploys of a target need there: programs, the account that deploys
 * and what it may do, directories, units. Does only what is missing, so it may be run again at any time; with `dryRun`
 * it only says what that is. Throws SETUP_NOTHING, SETUP_NEEDS_ROOT, SETUP_FAILED.
 */
export const setUpHosts = async (input: SetupInput): Promise<readonly SetUpItem[]> => {
  const { environment, target, as } = input;
  if (target.service === undefined) throw setupNothing({ target: target.name });
  const login = (host: HostConfig): HostConfig => (as === undefined ? host : { ...host, user: as });
  const logins = { ...environment, hosts: environment.hosts.map(login) };
  return withHosts(logins, input.signal, async (hosts) => {
    const rows: SetUpItem[] = [];
    for (const host of hosts) rows.push(...(await setUp(host, input)));
    return rows;
  });
};

const setUp = async (host: Host, input: SetupInput): Promise<readonly SetUpItem[]> => {
  const { environment, target, dryRun, report } = input;
  const config = environment.hosts.find(({ name }) => name === host.name);
  const loggedInAs = (await host.exec(['id', '-un'])).stdout.trim();
  const user = config?.user ?? loggedInAs;
  const prefix = await rootPrefix(host, { target: target.name, user: loggedInAs });
  const key = config?.identityFile === undefined ? undefined : await publicKeyLine(config.identityFile);
  const group = (await host.exec(['id', '-gn', user])).stdout.trim() || user;
  const rows: SetUpItem[] = [];
  const apply = async (item: Item): Promise<void> => {
    const row = await applyItem({ host, target: target.name, dryRun }, item, prefix);
    rows.push(row);
    if (row.outcome !== 'as it was') report({ kind: 'note', host: host.name, text: `${item.what}: ${row.outcome}` });
  };
  const { before, units, after } = wanted({ target, stateDir: environment.stateDir, user, group, key });
  for (const item of before) await apply(item);
  for (const item of units) await apply(item);
  if (rows.slice(before.length).some(({ outcome }) => outcome !== 'as it was')) await apply(RELOAD);
  for (const item of after) await apply(item);
  return rows;
};
