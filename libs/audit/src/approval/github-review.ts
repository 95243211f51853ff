import { approvalsUnknown } from '@polydev/errors';
import { z } from 'zod';
import { askGitHub, REPOSITORY } from './github';

const answerSchema = z.array(
  z.object({
    state: z.string(),
    environments: z.array(z.object({ name: z.string() })),
    user: z.object({ login: z.string() }).nullable(),
  }),
);

export interface ReviewQuestion {
  /** `GITHUB_API_URL`. */
  readonly api: string;
  /** `GITHUB_REPOSITORY`: `owner/name`. */
  readonly repository: string;
  /** `GITHUB_RUN_ID`. */
  readonly run: string;
  readonly token: string;
  /** Names of GitHub's environments whose reviewers count. */
  readonly environments: readonly string[];
  /** Who began the run, and who started it again: their own review does not count. */
  readonly deployers: readonly string[];
}

/**
 * Who of an environment's reviewers let this run of a workflow pass, which is of one commit; undefined where nobody but
 * those who started it did. Throws APPROVALS_UNKNOWN.
 */
export const reviewerOnGitHub = async (question: ReviewQuestion): Promise<string | undefined> => {
  const { api, repository, run, token, environments, deployers } = question;
  const unknown = (why: string) => approvalsUnknown({ repository, run, why });
  if (!REPOSITORY.test(repository)) throw unknown('that is no repository');
  if (!/^\d+$/.test(run)) throw unknown('that is no run');
  const response = await askGitHub(api, `repos/${repository}/actions/runs/${run}/approvals`, { token, unknown });
  if (!response.ok) throw unknown(`it answered ${response.status}`);
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined)).data;
  if (!answer) throw unknown('its answer is none');
  const own = deployers.map((name) => name.toLowerCase());
  return answer
    .filter(({ state }) => state === 'approved')
    .filter((review) => review.environments.some(({ name }) => environments.includes(name)))
    .flatMap(({ user }) => user?.login ?? [])
    .find((login) => !own.includes(login.toLowerCase()));
};
