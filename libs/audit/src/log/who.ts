import type { Who } from './entry';

export interface WhoInput {
  /** `user@machine` of the deployer. */
  readonly by: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `name <address>`, where git knows one. */
  readonly git?: string | undefined;
  /** Fingerprint of the key that signs or logs in. */
  readonly key?: string | undefined;
}

/** Every name of whoever runs this, from what a CI run and git say. Pure. */
export const whoRuns = ({ by, env, git, key }: WhoInput): Who => {
  const { actor, triggeredBy } = actorsOf(env);
  const run = runOf(env);
  return {
    by,
    ...(actor === undefined
      ? {}
      : { actor: triggeredBy === actor ? actor : `${actor} (again by ${triggeredBy ?? '?'})` }),
    ...(git ? { git } : {}),
    ...(key === undefined ? {} : { key }),
    ...(run === undefined ? {} : { run }),
  };
};

/** Who began a GitHub run, and who started it again: a re-run has the rights of the first and the will of the second. */
export const actorsOf = (env: WhoInput['env']) => {
  const actor = env['GITHUB_ACTIONS'] === 'true' ? env['GITHUB_ACTOR'] || undefined : undefined;
  return { actor, triggeredBy: actor === undefined ? undefined : env['GITHUB_TRIGGERING_ACTOR'] || actor };
};

const runOf = (env: WhoInput['env']): string | undefined => {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
};
