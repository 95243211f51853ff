import type { Complaint, KeyPath } from '../problem';
import { valueAt } from '../schema/findings';
import { databaseKeys } from '../schema/database';
import type { ManifestData } from '../schema/manifest';
import type { TargetLayer } from '../schema/target';
import type { WrittenEnvironment } from './environment';

/** Keys that both kinds of targets have. */
const SHARED = ['depends_on'];
const OF_DATABASES = ['migrations', ...Object.keys(databaseKeys)];

const foreignKeys = (layer: TargetLayer, path: KeyPath, database: boolean): readonly Complaint[] =>
  Object.keys(layer)
    .filter((key) => !SHARED.includes(key) && OF_DATABASES.includes(key) !== database)
    .map((key) => ({
      path: [...path, key],
      part: 'key',
      message: database
        ? `is not for a database; with \`migrations\` a target has ${[...OF_DATABASES, ...SHARED].join(', ')}`
        : 'is for a database only: a target with `migrations`',
    }));

const withoutEither = (name: string, target: TargetLayer): readonly Complaint[] =>
  target.path !== undefined
    ? []
    : [
        {
          path: ['targets', name, 'path'],
          part: 'key',
          message: 'is missing; it should be an absolute path on the host',
        },
      ];

export interface KindFacts {
  /** The valid part of the manifest. */
  readonly data: ManifestData;
  /** All of it: a target whose `migrations` are wrong is a database all the same. */
  readonly written: unknown;
  /** Undefined = the targets themselves. */
  readonly environment?: WrittenEnvironment;
}

/** What a target says that its kind has not: a database has no path, and nothing else has a driver. */
export const kindComplaints = ({ data, written, environment }: KindFacts): readonly Complaint[] =>
  Object.entries(data.targets).flatMap(([name, target]) => {
    const database = valueAt(written, ['targets', name, 'migrations']) !== undefined;
    if (environment === undefined)
      return [...foreignKeys(target, ['targets', name], database), ...(database ? [] : withoutEither(name, target))];
    const overrides = environment.layer.targets ?? {};
    const override = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    const path = ['environments', environment.name, 'targets', name];
    return override === undefined ? [] : foreignKeys(override, path, database);
  });
