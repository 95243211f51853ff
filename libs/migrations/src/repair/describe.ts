import { printableName } from '@polydev/errors';
import type { Inconsistency } from './inconsistency';

/** An inconsistency in lines for people: what was found, and under it each way to mend it, by the name to give to `--repair`. */
export const describeInconsistency = ({ version, name, kind, finding, mends }: Inconsistency): readonly string[] => [
  printableName(`${version}${name ? `_${name}` : ''}  ${kind}: ${finding}`),
  ...mends.map((mend) => printableName(`  --repair=${mend.name}  ${mend.does}`)),
];
