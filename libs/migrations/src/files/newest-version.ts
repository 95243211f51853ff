import type { Migration } from '../migration';

/** The newest version of some migrations; undefined where there are none. */
export const newestVersion = (migrations: readonly Pick<Migration, 'version'>[]): string | undefined =>
  migrations
    .map(({ version }) => version)
    .sort()
    .at(-1);
