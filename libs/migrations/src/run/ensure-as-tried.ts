import { schemaDiffers } from '@polydev/errors';
import { describeDifferences } from '../catalogue';
import type { MigrateResult } from './migrate';

/**
 * Throws SCHEMA_DIFFERS if a run made something else of the schema than the same files made of the shadow's. To be asked when the run
 * has been recorded: all of it is applied.
 */
export const ensureAsTried = ({ differences, to }: Pick<MigrateResult, 'differences' | 'to'>): void => {
  if (differences.length > 0) throw schemaDiffers({ version: to ?? '', differences: describeDifferences(differences) });
};
