import type { TargetConfiguration } from '@nx/devkit';
import { type DeclaredTarget, type InferenceFacts, taskOf, TECHNOLOGIES } from './task-of';

/** A directory of migrations need not lie in its project's folder. */
export const migrationFiles = ({ migrations }: DeclaredTarget): readonly string[] =>
  migrations ? [`{workspaceRoot}/${migrations}/**/*`] : [];

/** A database's deploy by its own name, with what can be asked of it alone. */
export const migrateTask = (name: string, facts: InferenceFacts): TargetConfiguration => ({
  ...taskOf('migrate', { target: name, manifest: facts.manifest }, facts),
  metadata: {
    technologies: TECHNOLOGIES,
    description: `Applies what is pending of the migrations of ${name}, tried on a shadow database first, and records it; \`--plan\` only tries, \`--baseline=<version>\` and \`--repair\` mend the record.`,
  },
});

/** What a verb does, where it does something else to a database than to other targets. */
export const DATABASE_VERBS: Readonly<Partial<Record<string, (target: string) => string>>> = {
  deploy: (target) =>
    `Applies what is pending of the migrations of ${target}, before what depends on it is deployed; does nothing where all is applied.`,
  status: (target) =>
    `Shows every migration of ${target}: applied, pending, drifted, failed, when and by whom (\`--json\` for programs).`,
  plan: (target) =>
    `Tries what is pending of ${target} on a shadow database and shows what it would change; touches nothing.`,
  recover: (target) => `Says that there is nothing to recover of ${target}: its migrations are whole or not there.`,
  setup: (target) => `Says that ${target} needs nothing on the hosts.`,
  unlock: (target) => `Says that no lock on a host guards ${target}.`,
  rollback: (target) => `Says that ${target} is not rolled back: migrations only go forward.`,
};
