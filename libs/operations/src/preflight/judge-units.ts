import type { Finding } from '../operations';
import { setupConflict } from '@polydev/errors';
import { findingOf } from './finding';
import type { UnitsNeeded } from './ask-units';

/** A deploy never writes a unit; so where one is missing or says something else, it is not begun. Pure. */
export const judgeUnits = (host: string, needed: readonly UnitsNeeded[]): readonly Finding[] =>
  needed.flatMap(({ target, missing, outdated, down, conflict }) => {
    if (conflict) return [findingOf(setupConflict({ host, target, ...conflict }), host)];
    const parts = [
      ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
      ...(down.length > 0 && missing.length === 0 ? [`does not run ${down.join(', ')}`] : []),
      ...(outdated.length > 0
        ? [`has ${outdated.join(', ')} as an earlier manifest, or version of this tool, meant them`]
        : []),
    ];
    if (parts.length === 0) return [];
    return [
      {
        level: 'error',
        code: 'SETUP_NEEDED',
        host,
        message: `${host} ${parts.join(' and ')}.`,
        hint: `\`npx nx run ${target}:setup\` brings them to that, as root or with sudo (\`--as=root\`); \`--dry-run\` only looks.`,
      },
    ];
  });
