import { didYouMean } from '../nearest';
import { pathBetween } from '../order';
import type { Complaint } from '../problem';
import { pick, whereWritten } from '../target-layers';
import type { Candidates } from './candidate';

/** Servers and databases, as far as their order goes. */
const inOrderOf = ({ targets, databases }: Candidates) => [
  ...targets.map(({ config: { name, dependsOn }, where }) => ({ name, dependsOn, where: where('depends_on') })),
  ...databases.map((layers) => ({
    name: layers.name,
    dependsOn: pick(layers, 'depends_on') ?? [],
    where: whereWritten(layers, 'depends_on'),
  })),
];

const unknown = (candidates: Candidates): readonly Complaint[] =>
  inOrderOf(candidates).flatMap(({ dependsOn, where }) =>
    dependsOn.flatMap((name, index) => {
      if (candidates.names.includes(name)) return [];
      return [
        {
          path: [...where, index],
          message: `names ${name}, and there is no such target${didYouMean(name, candidates.names)}`,
        },
      ];
    }),
  );

/** Each circle once: told at the first of its targets in the manifest. */
const circles = (candidates: Candidates): readonly Complaint[] => {
  const targets = inOrderOf(candidates);
  const order = new Map(targets.map(({ name, dependsOn }) => [name, dependsOn]));
  const told = new Set<string>();
  return targets.flatMap(({ name, dependsOn, where }) => {
    const way = dependsOn.map((before) => pathBetween(order, [before, name])).find((found) => found !== undefined);
    if (way === undefined || told.has(name)) return [];
    for (const target of way) told.add(target);
    return [{ path: where, message: `goes round in a circle: ${[name, ...way].join(' → ')}` }];
  });
};

export const dependencyComplaints = (candidates: Candidates): readonly Complaint[] => [
  ...unknown(candidates),
  ...circles(candidates),
];
