import type { Complaint, KeyPath } from '../problem';
import { isWithin, trimmed } from '../schema/paths';
import type { Candidates } from './candidate';

const overlap = (entry: string, other: string): string | undefined => {
  if (entry === other) return `stands in the list twice`;
  if (isWithin(entry, other)) return `lies inside ${other}, which is shared already`;
  return isWithin(other, entry) ? `holds ${other}, which is shared already` : undefined;
};

const inList = (paths: readonly string[], list: KeyPath): readonly Complaint[] =>
  paths.flatMap((path, index) =>
    paths.slice(0, index).flatMap((other) => {
      const message = overlap(path, other);
      return message === undefined ? [] : [{ path: [...list, index], message }];
    }),
  );

/** The part of a pattern that holds no wildcard: `tmp` of `tmp/**`. */
const plainPart = (pattern: string): string | undefined => {
  const plain = trimmed(pattern.replace(/\/\*\*?$/, ''));
  return /[*?[\]{}!]/.test(plain) ? undefined : plain;
};

/** A shared entry is linked into each release, so it can be named once only, and not be dropped as well. */
export const sharedComplaints = ({ targets }: Candidates): readonly Complaint[] =>
  targets.flatMap(({ config, where }) => {
    const shared = config.shared.map(({ path }) => path);
    const both = config.drop.flatMap((pattern, index) => {
      const dropped = plainPart(pattern);
      const kept = shared.find((path) => dropped !== undefined && (isWithin(path, dropped) || isWithin(dropped, path)));
      return kept === undefined
        ? []
        : [{ path: [...where('drop'), index], message: `is dropped here, and ${kept} is shared; only one can be` }];
    });
    return [...inList(shared, where('shared')), ...both];
  });
