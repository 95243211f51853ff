import type { ShownHostKey } from '@polydev/host';
import type { Event } from '@polydev/reporting';

/** The keys of hosts beside what is known of them, as people compare them. Pure. */
export const keysTable = (keys: readonly ShownHostKey[]): Event => ({
  kind: 'table',
  title: 'Keys that the hosts show',
  columns: ['host', 'type', 'fingerprint', 'state', 'known'],
  rows: keys.map(({ host, address, type, fingerprint, state, known }) => [
    address.includes(host) ? address : `${host} (${address})`,
    type,
    fingerprint,
    WORDS[state],
    state === 'changed' ? known.map((key) => `${key.type} ${key.fingerprint} (${key.place})`).join(', ') : '',
  ]),
});

const WORDS: Readonly<Record<ShownHostKey['state'], string>> = {
  known: 'known',
  unknown: 'not known',
  changed: 'CHANGED',
  revoked: 'REVOKED',
};

/** The options with which keys that were left get into the file: a changed one never by mere consent. Pure. */
export const wayOf = (left: readonly Pick<ShownHostKey, 'state'>[]): string =>
  left.some(({ state }) => state === 'changed') ? '--replace' : '--yes';
