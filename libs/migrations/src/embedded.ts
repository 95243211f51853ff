/** The PostgreSQL that npm installs, for whoever keeps one running: without the drivers and the engine. */
export { asUser } from './shadow/as-user';
export { ordinaryUser, type OrdinaryUser } from './shadow/ordinary-user';
export { postgresPrograms, type PostgresPrograms } from './shadow/programs';
export { runProgram } from './shadow/run-program';
export { templateDirectory } from './shadow/template';
