import { OpsError } from '../ops-error';

export const MANIFEST_CODES = [
  'MANIFEST_MISSING',
  'MANIFEST_INVALID',
  'ENVIRONMENT_UNKNOWN',
  'ENVIRONMENT_INCOMPLETE',
] as const;

/** One thing that is wrong with the manifest or with a variable that changes it. */
export interface ManifestProblem {
  /** `targets/frontend/restart`, or the name of an environment variable; empty for the manifest as a whole. */
  readonly path: string;
  /** Where it stands in the manifest, both counted from 1; a variable has neither. */
  readonly line?: number;
  readonly column?: number;
  /** Begins in lower case, carries no path, never a secret. */
  readonly message: string;
}

/** The manifest is not where it was looked for. */
export const manifestMissing = (file: string) =>
  new OpsError(
    'MANIFEST_MISSING',
    `There is no ${file} in this workspace, so it is not known what to deploy where.`,
    `Write ${file} at the root of the workspace; docs/manifest.md has an example to start from.`,
  );

const place = (file: string, { path, line, column }: ManifestProblem): string =>
  [line === undefined ? '' : `${file}:${line}:${column ?? 1}`, path === '' ? '' : `${path}:`]
    .filter(Boolean)
    .join('  ');

/** Everything that is wrong with the manifest, its values and the variables, in one error; `cause` is the list itself. */
export const manifestInvalid = (file: string, problems: readonly ManifestProblem[]) =>
  new OpsError(
    'MANIFEST_INVALID',
    [
      `The configuration has ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}:`,
      ...problems.map((problem) => `  ${place(file, problem)} ${problem.message}`),
    ].join('\n'),
    'Correct what is listed and run the command again; docs/manifest.md describes every key.',
    { cause: problems },
  );

/** The environment that was asked for, or that is the default, stands nowhere. */
export const environmentUnknown = (facts: {
  file: string;
  environment: string;
  /** Environments that the manifest has. */
  known: readonly string[];
  /** Whether somebody asked for it by name. */
  asked: boolean;
  suggestion?: string;
}) =>
  new OpsError(
    'ENVIRONMENT_UNKNOWN',
    (facts.asked
      ? `${facts.file} has no environment ${facts.environment}`
      : `DEPLOY_SERVER is not set, so the environment would be ${facts.environment}, and ${facts.file} has none of that name`) +
      `; it has ${facts.known.length === 0 ? 'none at all' : facts.known.join(', ')}.`,
    facts.suggestion === undefined
      ? `Add \`environments/${facts.environment}\` to ${facts.file}${facts.known.length === 0 ? '' : ', choose one with `-c <environment>`'}, ` +
          'or set DEPLOY_SERVER to deploy to production.'
      : `Did you mean \`-c ${facts.suggestion}\`?`,
  );

/** What an environment lacks before it can be used. */
export type EnvironmentLack =
  | { readonly kind: 'hosts' }
  | { readonly kind: 'values-missing'; readonly file: string }
  | { readonly kind: 'values-unreadable'; readonly file: string; readonly reason: string };

const lackMessage = (environment: string, lack: EnvironmentLack): string => {
  switch (lack.kind) {
    case 'hosts':
      return `The environment ${environment} has no hosts: the manifest lists none and DEPLOY_SERVER is not set.`;
    case 'values-missing':
      return `The environment ${environment} takes its values from ${lack.file}, and there is no such file.`;
    case 'values-unreadable':
      return `The environment ${environment} takes its values from ${lack.file}, and that cannot be used: ${lack.reason}.`;
  }
};

const lackHint = (environment: string, lack: EnvironmentLack): string => {
  if (lack.kind === 'hosts')
    return `Set DEPLOY_SERVER=<user@address>, or list them at environments/${environment}/hosts.`;
  return environment === 'sandbox'
    ? 'Start the sandbox, which writes it: `npm run sandbox:start`.'
    : `Start what writes ${lack.file}, then run the command again.`;
};

/** The environment stands in the manifest, and something it needs from outside is not there. */
export const environmentIncomplete = (environment: string, lack: EnvironmentLack) =>
  new OpsError('ENVIRONMENT_INCOMPLETE', lackMessage(environment, lack), lackHint(environment, lack));
