import type { Secret } from './secret';

/** How a database is reached. Secrets are named here, not held. */
export type DatabaseConnection =
  | {
      readonly driver: 'postgres';
      /** Environment variable with the connection string. */
      readonly urlVariable: string;
      /** Name of the environment's host through which it is reached; undefined = directly. */
      readonly through?: string;
    }
  | {
      readonly driver: 'supabase-mcp';
      readonly project: string;
      /** Environment variable with the access token. */
      readonly tokenVariable: string;
      /** Address of an MCP server; undefined = the official one is started on this machine. */
      readonly url?: string;
      /** Management API, where it is not Supabase's own. */
      readonly apiUrl?: string;
    };

/** A target that is a database: its deploy applies migrations. */
export interface DatabaseTarget {
  /** Also the name of the Nx project. */
  readonly name: string;
  /** Directory of the migrations, relative to the workspace. */
  readonly migrations: string;
  readonly connection: DatabaseConnection;
  /** Where migrations are tried out: a throwaway cluster, or the database whose connection string a variable holds. */
  readonly shadow: 'embedded' | { readonly urlVariable: string };
  /** Targets that come before it. */
  readonly dependsOn: readonly string[];
  /** What the environment's values file holds of the variables named above; it comes before what the shell says. */
  readonly given: Readonly<Record<string, Secret>>;
}
