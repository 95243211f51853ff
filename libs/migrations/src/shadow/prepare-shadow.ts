import type { Database } from '../drivers/driver';
import type { ShadowConfig } from './open-shadow';
import { mentionsSupabase, SUPABASE_PREAMBLE } from './supabase-preamble';
import { makeRole } from './surroundings';

/** Makes what migrations expect around them. Roles belong to a whole server, so those that are there stay as they are. */
export const prepareShadow = async (database: Pick<Database, 'exec'>, config: ShadowConfig): Promise<void> => {
  const { surroundings, migrations } = config;
  // What files mention counts only where the real database was not looked at.
  if (surroundings ? surroundings.supabase : mentionsSupabase(migrations)) {
    await database.exec(SUPABASE_PREAMBLE);
  }
  if (!surroundings) return;
  const statements = [...surroundings.roles.map(makeRole), ...surroundings.defaultPrivileges];
  if (statements.length > 0) await database.exec(statements.map((one) => `${one};\n`).join(''));
};
