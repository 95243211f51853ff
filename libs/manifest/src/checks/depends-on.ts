import { didYouMean } from '../nearest';
import { pathBetween } from '../order';
import type { Complaint } from '../problem';
import type { Candidates } from './candidate';

const unknown = ({ targets, names }: Candidates): readonly Complaint[] =>
  targets.flatMap(({ config, where }) =>
    config.dependsOn.flatMap((name, index) => {
      if (names.includes(name)) return [];
      return [
        {
          path: [...where('depends_on'), index],
          message: `names ${name}, and there is no such target${didYouMean(name, names)}`,
        },
      ];
    }),
  );

/** Each circle once: told at the first of its targets in the manifest. */
const circles = ({ targets }: Candidates): readonly Complaint[] => {
  const order = new Map(targets.map(({ config }) => [config.name, config.dependsOn]));
  const told = new Set<string>();
  return targets.flatMap(({ config: { name, dependsOn }, where }) => {
    const way = dependsOn.map((before) => pathBetween(order, [before, name])).find((found) => found !== undefined);
    if (way === undefined || told.has(name)) return [];
    for (const target of way) told.add(target);
    return [{ path: where('depends_on'), message: `goes round in a circle: ${[name, ...way].join(' → ')}` }];
  });
};

export const dependencyComplaints = (candidates: Candidates): readonly Complaint[] => [
  ...unknown(candidates),
  ...circles(candidates),
];
