import type { HostConfig } from '../config';
import { didYouMean } from '../nearest';
import type { Complaint, KeyPath } from '../problem';
import { DATABASE_DEFAULTS } from '../schema/database';
import type { TargetLayer } from '../schema/target';
import { pick, type TargetLayers, whereWritten } from '../target-layers';

interface DatabaseFacts {
  readonly layers: TargetLayers;
  /** Hosts of the environment; undefined before one is chosen, or where they come from elsewhere. */
  readonly hosts: readonly HostConfig[] | undefined;
}

const contradiction = (layers: TargetLayers): readonly Complaint[] => {
  const driver = pick(layers, 'driver') ?? DATABASE_DEFAULTS.driver;
  const where = (key: keyof TargetLayer): KeyPath => whereWritten(layers, key);
  const supabase = pick(layers, 'supabase');
  if (driver === 'supabase-mcp') {
    const path = pick(layers, 'through') === undefined ? [] : where('through');
    return [
      ...(supabase === undefined
        ? [{ path: where('driver'), message: 'is supabase-mcp, and there is no `supabase` with its project' }]
        : []),
      ...(path.length === 0 ? [] : [{ path, message: 'goes through a host, which is for `driver: postgres` only' }]),
    ];
  }
  return supabase === undefined
    ? []
    : [
        {
          path: where('supabase'),
          message: 'names a project, and the driver is postgres; write `driver: supabase-mcp`',
        },
      ];
};

const unknownHost = ({ layers, hosts }: DatabaseFacts): readonly Complaint[] => {
  const through = pick(layers, 'through');
  const names = hosts?.map(({ name }) => name);
  if (through === undefined || names === undefined || names.includes(through)) return [];
  const message = `names the host ${through}, and ${layers.environment ?? 'the environment'} has none of that name${didYouMean(through, names)}`;
  return [{ path: whereWritten(layers, 'through'), message }];
};

/** What does not fit together in a database target. */
export const databaseComplaints = (facts: DatabaseFacts): readonly Complaint[] => [
  ...contradiction(facts.layers),
  ...unknownHost(facts),
];
