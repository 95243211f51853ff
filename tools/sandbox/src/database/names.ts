/** The sandbox's database and the roles that log in to it. */
export const DATABASE = 'polydev';
/** Owns the database; migrations are run as it. */
export const OWNER = 'polydev';
/** The role that the migrations of apps/database give their rights to. */
export const CONTROLLER = 'master_controller';

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly port: number;
}

/** The connection string of one of its roles. */
export const databaseUrl = ({ user, password, port }: Login): string =>
  `postgres://${user}:${password}@127.0.0.1:${port}/${DATABASE}`;
