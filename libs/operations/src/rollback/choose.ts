import {
  noPreviousRelease,
  releaseNeverGood,
  releaseNoneThen,
  releasePruned,
  shaAmbiguous,
  shaUnknown,
  type Available,
  type OpsError,
} from '@polydev/errors';
import type { ReleaseOnHost } from '../deploy/state';
import { ADOPTED } from '../deploy/plan';
import { eventsOf, goodReleases, isGood, liveAt, type KnownDeployment, type LiveEvent } from '../history/live-events';

export interface ChooseInput {
  readonly target: string;
  readonly host: string;
  /** Release that serves now. */
  readonly live: string | undefined;
  readonly releases: readonly ReleaseOnHost[];
  /** All that the hosts know of, oldest first. */
  readonly deployments: readonly KnownDeployment[];
  /** Runs of the target in the host's journal, oldest first. */
  readonly runs?: readonly string[];
  /** The beginning of a SHA; undefined = the good release before. */
  readonly sha: string | undefined;
  /** Whether it is where it should be already, though nobody named a SHA. */
  readonly stay?: boolean;
}

/** Where a host goes back to. */
export interface Choice {
  readonly release: string;
  /** The commit that was asked for, where one was; the release may be older, if that commit did not change it. */
  readonly asked?: string;
  /** Commit that the release was found to be; undefined for a directory that was adopted. */
  readonly sha: string | undefined;
  readonly digest: string | undefined;
  readonly dirty: boolean;
  /** The deployment that said so. */
  readonly deployment: string | undefined;
  /** Deployments whose releases are taken away by it, newest first. */
  readonly undid: readonly string[];
  /** Something to know about it, in a sentence. */
  readonly doubt?: string;
  /** What else the host keeps, newest first. */
  readonly available: readonly Available[];
}

export type Chosen = { readonly choice: Choice } | { readonly refusal: OpsError };

/**
 * The release that a host is taken back to. By a SHA: what was live there when the last deployment of that commit that
 * succeeded had ended. By nothing: the release that served before and was never gone back from. Pure.
 */
export const chooseRelease = (input: ChooseInput): Chosen => {
  const events = eventsOf(input.deployments, input);
  if (input.stay && input.live !== undefined) return { choice: choiceOf(input, events, { release: input.live }) };
  return input.sha === undefined ? choosePrevious(input, events) : chooseBySha(input, events, input.sha);
};

const choosePrevious = (input: ChooseInput, events: readonly LiveEvent[]): Chosen => {
  const kept = new Set(input.releases.map(({ id }) => id));
  const served = withAdopted(goodReleases(events, input.live), kept);
  const before = served.slice(0, -1).findLast((id) => kept.has(id) && id !== input.live);
  if (before === undefined || input.live === undefined) return { refusal: noPreviousRelease(offer(input, events)) };
  return { choice: choiceOf(input, events, { release: before }) };
};

const chooseBySha = (input: ChooseInput, events: readonly LiveEvent[], wanted: string): Chosen => {
  const matches = matchingShas(input, wanted.toLowerCase());
  const [sha, second] = matches;
  if (sha === undefined) return { refusal: shaUnknown({ ...offer(input, events), sha: wanted }) };
  if (second !== undefined) return { refusal: shaAmbiguous({ ...offer(input, events), sha: wanted, matches }) };
  const release = releaseOf(input, events, sha);
  if (typeof release !== 'string') return release;
  if (!input.releases.some(({ id }) => id === release)) {
    return { refusal: releasePruned({ ...offer(input, events), sha, release }) };
  }
  return { choice: choiceOf(input, events, { release, sha }) };
};

/** All deployed SHAs that begin so; a rollback names a commit that a deploy had brought. */
const matchingShas = ({ deployments, releases }: ChooseInput, wanted: string): readonly string[] => {
  const deployed = deployments.flatMap(({ head }) => (head.kind === 'deploy' ? [head.sha] : []));
  const kept = releases.flatMap(({ info }) => (info ? [info.sha] : []));
  return [...new Set([...deployed, ...kept])].filter((sha) => sha.toLowerCase().startsWith(wanted)).sort();
};

/** Id of the release that was live when the last good deployment of a commit had ended. */
const releaseOf = (
  input: ChooseInput,
  events: readonly LiveEvent[],
  sha: string,
): string | Extract<Chosen, { refusal: OpsError }> => {
  const tried = input.deployments.filter(({ head }) => head.kind === 'deploy' && head.sha === sha);
  const own = (deployment: KnownDeployment) => events.find((event) => event.deployment === deployment.head.id);
  const last = tried.findLast((deployment) => {
    const event = own(deployment);
    return event ? isGood(event) : deployment.succeeded;
  });
  // Its record is gone; the release itself still says what it was made from.
  const byItself = input.releases.findLast(({ info }) => info?.sha === sha)?.id;
  if (last === undefined && tried.length === 0 && byItself !== undefined) return byItself;
  if (last === undefined) return { refusal: releaseNeverGood({ ...offer(input, events), sha }) };
  const release = own(last)?.release ?? liveAt(events, last.at);
  return release ?? { refusal: releaseNoneThen({ ...offer(input, events), sha }) };
};

const choiceOf = (
  input: ChooseInput,
  events: readonly LiveEvent[],
  { release, sha }: { readonly release: string; readonly sha?: string },
): Choice => {
  const { live, releases } = input;
  const info = releases.find(({ id }) => id === release)?.info;
  const about = events.filter((event) => event.release === release && isGood(event) && event.kind === 'deploy');
  // A commit that was found to be just this release says more than the one it was built from, if it was asked for.
  const origin = about.findLast((event) => sha === undefined || event.sha === sha) ?? about.at(-1);
  const served = goodReleases(events, live);
  const position = served.lastIndexOf(release);
  const undid = position < 0 ? [] : served.slice(position + 1).reverse();
  const wasGoneBackFrom = release !== live && position < 0 && about.length > 0;
  return {
    release,
    ...(sha === undefined ? {} : { asked: sha }),
    sha: origin?.sha ?? info?.sha,
    digest: origin?.digest ?? info?.digest,
    dirty: origin?.dirty ?? false,
    deployment: origin?.deployment,
    undid: undid.filter((id) => !id.startsWith(ADOPTED)),
    available: offer(input, events).available,
    ...(wasGoneBackFrom
      ? { doubt: `${release} was gone back from before; it is taken because it was asked for.` }
      : {}),
  };
};

/** A directory that was adopted served before the release whose deployment adopted it. */
const withAdopted = (served: readonly string[], kept: ReadonlySet<string>): readonly string[] =>
  served.flatMap((id) => (kept.has(`${ADOPTED}${id}`) ? [`${ADOPTED}${id}`, id] : [id]));

/** What a host keeps, for a person who has to choose; newest first. */
const offer = ({ target, host, live, releases }: ChooseInput, events: readonly LiveEvent[]) => {
  const served = new Set(goodReleases(events, live));
  const available = releases
    .toReversed()
    .map(({ id, info }): Available => ({ release: id, sha: info?.sha, state: stateOf(id, { live, served, events }) }));
  return { target, host, available };
};

const stateOf = (
  id: string,
  facts: {
    readonly live: string | undefined;
    readonly served: ReadonlySet<string>;
    readonly events: readonly LiveEvent[];
  },
): string => {
  if (id === facts.live) return 'serves now';
  if (id.startsWith(ADOPTED)) return 'the directory that was there before the first deploy';
  if (facts.served.has(id)) return 'was live';
  return facts.events.some((event) => event.release === id && isGood(event))
    ? 'was gone back from'
    : 'not known to have been healthy';
};
