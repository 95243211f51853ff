export { repair, type RepairInput, type RepairResult } from './repair';
export { findInconsistencies } from './find';
export { describeInconsistency } from './describe';
export type { Inconsistency, Mend } from './inconsistency';
