import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordinaryUser, postgresPrograms, runProgram, templateDirectory } from '@polydev/migrations/embedded';
import type { PostgresPrograms } from '@polydev/migrations/embedded';
import { CONTROLLER, DATABASE, OWNER } from './names';
import { writePasswords, type Passwords } from './passwords';

/** Who gets in: with a password, from this machine. The superuser has none, so nobody does as it. */
const HBA = ['127.0.0.1/32', '::1/128'].map((address) => `host all all ${address} scram-sha-256\n`).join('');

/** A line each; single-user mode knows no other end of a statement. */
const rolesOf = ({ owner, controller }: Passwords): string =>
  [
    `create role ${OWNER} login createrole password '${owner}'`,
    `create role ${CONTROLLER} login password '${controller}'`,
    `create database ${DATABASE} owner ${OWNER}`,
  ]
    .map((statement) => `${statement}\n`)
    .join('');

/** The programs of the PostgreSQL that npm installed. Throws an Error with one sentence where there are none. */
export function requirePrograms(): PostgresPrograms {
  const programs = postgresPrograms();
  if (programs) return programs;
  throw new Error(`npm installed no PostgreSQL for ${process.platform}-${process.arch}: run \`npm ci\` again`);
}

/**
 * Makes `directory` with an empty database and the passwords of its roles. It appears whole or not at all: a start that is
 * killed leaves nothing that the next one would take for a database.
 */
export async function makeCluster(directory: string): Promise<void> {
  const programs = requirePrograms();
  const user = ordinaryUser();
  const making = `${directory}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  const data = join(making, 'data');
  renameSync(await templateDirectory({ programs, user, cache: making }), data);
  // The file is there and stays its owner's.
  writeFileSync(join(data, 'pg_hba.conf'), HBA);
  // Without a port or a socket: nobody is let in before the passwords are set. Statements, which hold them, are not logged.
  const options = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic', '-c', 'log_min_messages=fatal'];
  const single = [join(programs.root, 'bin/postgres'), '--single', ...options, '-D', data, 'postgres'] as const;
  await runProgram([...single], user, rolesOf(writePasswords(join(making, 'passwords.json'))));
  renameSync(making, directory);
}
