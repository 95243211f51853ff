import {
  combined,
  isOpsError,
  lockHeld,
  setupConflict,
  setupLogin,
  setupNothing,
  type OpsError,
} from '@polydev/errors';
import { publicKeyLine, type Host, type Settled } from '@polydev/host';
import type { HostConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { mayBeMissing, tryHosts } from '../connect';
import type { SetUpItem, SetupInput } from '../operations';
import { targetLayout, type Slot } from '../layout';
import { lockHolder } from '../lock/lock-holder';
import { configuredSlot } from '../traffic/config';
import { trafficOfTarget } from '../traffic/settings';
import { askConflict } from '../units/live-form';
import { applyItem, rootPrefix } from './apply';
import { unitNames } from '../units/names';
import { unitsOf } from '../units/units';
import { reload, reloadEngine, resocket, wanted, type Item } from './wanted';

/**
 * Brings every host of an environment to what the deploys of a target need there: programs, the account that deploys
 * and what it may do, directories, units. Does only what is missing, so it may be run again at any time; with `dryRun`
 * it only says what that is. One host's failure keeps no other from being set up; all of them are thrown as one in the
 * end: SETUP_NEEDS_ROOT, SETUP_FAILED, SETUP_CONFLICT, or why there was no connection. Throws SETUP_NOTHING.
 */
export const setUpHosts = async (input: SetupInput): Promise<readonly SetUpItem[]> => {
  const { environment, target, as, report } = input;
  if (target.service === undefined) throw setupNothing({ target: target.name });
  const login = (host: HostConfig): HostConfig => (as === undefined ? host : { ...host, user: as });
  const settled = await tryHosts({ ...environment, hosts: environment.hosts.map(login) }, input.signal);
  const reached = settled.flatMap((one) => (one.ok ? [one.value] : []));
  const rows: SetUpItem[] = [];
  const errors: OpsError[] = [];
  const attempt = async (one: Settled<HostConfig, Host>): Promise<void> => {
    if (mayBeMissing(environment, one, reached.length))
      return report({ kind: 'note', host: one.item.name, text: 'cannot be reached and is left out' });
    try {
      if (!one.ok) throw withLogin(one.error, input);
      rows.push(...(await setUp(one.value, input)));
    } catch (error) {
      if (!isOpsError(error)) throw error;
      errors.push(error);
    }
  };
  try {
    for (const one of settled) await attempt(one);
  } finally {
    await Promise.all(reached.map((host) => host.close().catch(() => undefined)));
  }
  if (errors.length > 0) throw combined(errors);
  return rows;
};

/** Before the first setup nobody but an account that is there already can log in. */
const withLogin = (error: unknown, { as, target }: SetupInput): unknown =>
  isOpsError(error, 'AUTH_FAILED') && as === undefined ? setupLogin(error, { target: target.name }) : error;

/** The slot that has the traffic now. Throws LOCK_HELD while a run may be moving it. */
const slotWithTraffic = async (host: Host, { environment, target }: SetupInput): Promise<Slot | undefined> => {
  const layout = targetLayout(environment.stateDir, target.name);
  const holder = await lockHolder(host, layout.lock);
  const conflict = await askConflict(host, target, environment.stateDir);
  if (conflict !== undefined) throw setupConflict({ host: host.name, target: target.name, ...conflict });
  if (holder !== undefined) throw lockHeld({ target: target.name, host: host.name, ...holder });
  const settings = trafficOfTarget(target, environment.stateDir);
  return settings && configuredSlot((await host.exec(['cat', '--', settings.configFile])).stdout);
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
  const applyAll = async (items: readonly Item[]): Promise<boolean> => {
    const first = rows.length;
    for (const item of items) await apply(item);
    return rows.slice(first).some(({ outcome }) => outcome !== 'as it was');
  };
  const live = await slotWithTraffic(host, input);
  const { stateDir } = environment;
  const { before, traffic, units, after } = wanted({ target, stateDir, user, group, key, live });
  await applyAll(before);
  const trafficChanged = await applyAll(traffic);
  await applyAll(units);
  await apply(reload(unitsOf({ target, stateDir, group }).map(({ name }) => name)));
  const names = unitNames(target.name);
  const isAnother = (unit: string) =>
    rows.some(({ what, outcome }) => what === `unit ${unit}` && (outcome === 'changed' || outcome === 'differs'));
  if (isAnother(names.socket)) await apply(resocket(target.name));
  if (isAnother(names.traffic)) report(engineGoesOn(host.name, names.traffic));
  if (trafficChanged) await apply(reloadEngine(target.name));
  await applyAll(after);
  return rows;
};

/** A setup does not interrupt what serves. */
const engineGoesOn = (host: string, unit: string): Event => ({
  kind: 'warning',
  host,
  text: `${unit} goes on as its former unit had it until it is started anew.`,
  hint: `In a quiet moment, as root on ${host}: \`systemctl restart ${unit}\`. Until it is up again nobody is answered.`,
});
