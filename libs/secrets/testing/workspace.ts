import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecrets, newIdentity, type Change, type Env } from '../src';

/** A person with an identity file of their own. */
export interface Person {
  readonly key: string;
  readonly label: string;
  readonly env: Env;
  readonly identityFile: string;
}

/** A workspace with an encrypted file, and people who may or may not read it. */
export interface SecretsWorkspace {
  readonly root: string;
  readonly file: string;
  person(label: string): Promise<Person>;
  /** Makes production's file for these people. */
  create(people: readonly Person[], values?: Readonly<Record<string, string>>): Promise<void>;
  /** What production's file holds. */
  text(): string;
  write(text: string): void;
  /** Where a person reads and changes the values from. */
  as(person: Person): { readonly root: string; readonly environment: string; readonly env: Env };
  /** Names of all files in the workspace. */
  files(): readonly string[];
  remove(): void;
}

/** The time of everything that a test writes first. */
export const THEN = new Date('2026-03-01T08:00:00.500Z');
/** The time of what it changes afterwards. */
export const LATER = new Date('2026-03-02T09:30:00Z');

const additions = (values: Readonly<Record<string, string>>): readonly Change[] =>
  Object.entries(values).map(([name, value]) => ({ kind: 'add', name, value }));

/** Makes a temporary workspace. */
export const secretsWorkspace = (): SecretsWorkspace => {
  const directory = mkdtempSync(join(tmpdir(), 'polydev-secrets-'));
  const root = mkdtempSync(join(directory, 'workspace-'));
  const file = join(root, '.env.production.age');
  return {
    root,
    file,
    person: async (label) => {
      const identityFile = join(directory, 'keys', `${label}.txt`);
      const { recipient } = await newIdentity({ env: {}, file: identityFile });
      return { key: recipient, label, identityFile, env: { AGE_IDENTITY_FILE: identityFile } };
    },
    create: (people, values = {}) =>
      createSecrets({ root, environment: 'production' }, { recipients: people, changes: additions(values), now: THEN }),
    text: () => readFileSync(file, 'utf8'),
    write: (text) => writeFileSync(file, text),
    as: ({ env }) => ({ root, environment: 'production', env }),
    files: () => readdirSync(root),
    remove: () => rmSync(directory, { recursive: true }),
  };
};
