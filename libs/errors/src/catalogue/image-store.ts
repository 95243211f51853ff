import { OpsError } from '../ops-error';

export const IMAGE_STORE_CODES = [
  'IMAGE_REJECTED',
  'IMAGE_NOT_CHECKED',
  'IMAGE_UNKNOWN',
  'IMAGE_AMBIGUOUS',
  'IMAGE_GONE',
  'IMAGE_DAMAGED',
  'IMAGE_STOPPED',
  'IMAGE_SETTINGS_INVALID',
  'IMAGE_USAGE',
  'IMAGE_ROOT_UNUSABLE',
  'AGENT_UNIDENTIFIED',
  'NO_ACTIVE_IMAGE',
  'BUILDER_LOCK_LOST',
] as const;

/** An image that can be gone back to. */
export interface RetainedImage {
  readonly id: string;
  /** Commits it was active with, newest first. */
  readonly shas: readonly string[];
  /** What is to be known of it, in a phrase: `active`, `previous`, `damaged: layer agent is missing`. */
  readonly state: string;
}

interface Checked {
  readonly id: string;
  /** What new VMs boot from now. */
  readonly active: string | undefined;
  readonly detail: string;
  /** Last lines of the guest's console. */
  readonly console: readonly string[];
}

/** A real boot showed that the image is no good. */
export const imageRejected = (facts: Checked & { verdict: string; file: string }) =>
  new OpsError(
    'IMAGE_REJECTED',
    `Image ${facts.id} was rejected (${facts.verdict}): ${facts.detail}.${consoleOf(facts)}\n${stays(facts.active)}`,
    `What "${facts.verdict}" means and what to do stands in docs/golden-images.md; all that was seen stands in ${facts.file}.`,
  );

/** The machine that was to boot the image failed, twice: nothing is known of the image. */
export const imageNotChecked = (facts: Checked) =>
  new OpsError(
    'IMAGE_NOT_CHECKED',
    `Image ${facts.id} could not be checked: ${facts.detail}.${consoleOf(facts)}\nThat says nothing about the image. ${stays(facts.active)}`,
    'Run the same command again; `golden-image probe` on the server says what VMs can run there.',
  );

/** No image was ever active with that SHA, or has that id. */
export const imageUnknown = (facts: { wanted: string; retained: readonly RetainedImage[] }) =>
  new OpsError(
    'IMAGE_UNKNOWN',
    `No image was active with ${facts.wanted}. ${offer(facts.retained)}`,
    'Choose one of the list, or deploy that commit afresh.',
  );

/** Several images or commits begin so. */
export const imageAmbiguous = (facts: { wanted: string; matches: readonly string[] }) =>
  new OpsError(
    'IMAGE_AMBIGUOUS',
    `${facts.wanted} could be ${facts.matches.join(' or ')}. Nothing was touched.`,
    'Give more letters.',
  );

/** It was collected: more than `keep` came after it. */
export const imageGone = (facts: { wanted: string; id: string; retained: readonly RetainedImage[] }) =>
  new OpsError(
    'IMAGE_GONE',
    `Image ${facts.id}, which was active with ${facts.wanted}, is not kept any more. ${offer(facts.retained)}`,
    'Deploy that commit afresh; a greater `keep`, or a pin, keeps more.',
  );

/** A retained image is not as it was when it was activated. */
export const imageDamaged = (facts: { id: string; reason: string; active: string | undefined }) =>
  new OpsError(
    'IMAGE_DAMAGED',
    `Image ${facts.id} is damaged: ${facts.reason}. ${stays(facts.active)}`,
    'Choose another image (`golden-image status`), or build it afresh by deploying its commit: that puts the damaged layer right.',
  );

/** Somebody asked it to end. */
export const imageStopped = (facts: { doing: string; active: string | undefined }) =>
  new OpsError(
    'IMAGE_STOPPED',
    `It was told to stop while ${facts.doing}, and did. ${stays(facts.active)}`,
    'Run the same command again: what was built is reused.',
  );

/** GOLDEN_IMAGE_SETTINGS is not what it should be; all problems at once. */
export const imageSettingsInvalid = (facts: { problems: readonly string[] }) =>
  new OpsError(
    'IMAGE_SETTINGS_INVALID',
    `GOLDEN_IMAGE_SETTINGS cannot be used:\n${facts.problems.map((problem) => `  ${problem}`).join('\n')}\nNothing was touched.`,
    'It is one line of JSON; a deploy makes it from `golden_image` in .deploy.yaml.',
  );

/** The command line is not one that the program knows. */
export const imageUsage = (facts: { problem: string; usage: string }) =>
  new OpsError('IMAGE_USAGE', `${facts.problem} Nothing was touched.`, `Usage:\n${facts.usage}`);

/** The account may not read or write where the images are, or something else lies there. `path` is what was refused. */
export const imageRootUnusable = (facts: {
  root: string;
  path: string;
  user: string;
  reason: string;
  cause?: unknown;
}) =>
  new OpsError(
    'IMAGE_ROOT_UNUSABLE',
    `${facts.user} cannot use ${facts.path}: ${facts.reason}. The active image is as it was before, or the new one whole.`,
    `Run it as the account that deploys. Where there is no ${facts.root} yet, as root: \`install -d -o ${facts.user} ${facts.root}\`.`,
    { cause: facts.cause },
  );

/** Neither the options nor the agent's directory say what the agent was built from. */
export const agentUnidentified = (facts: { directory: string; reason: string }) =>
  new OpsError(
    'AGENT_UNIDENTIFIED',
    `What the agent in ${facts.directory} was built from is not known: ${facts.reason}. Nothing was touched.`,
    'Deploy the agent, so that .release.json lies in its directory, or give --sha, --digest and --release.',
  );

/** There is nothing that VMs could be started from. */
export const noActiveImage = (facts: { root: string }) =>
  new OpsError(
    'NO_ACTIVE_IMAGE',
    `No image in ${facts.root} is active yet.`,
    'Build one: `npx nx run <target>:golden-image`, or `golden-image build --agent=<directory>` on the server.',
  );

/** What holds the lock for us ended by itself. */
export const builderLockLost = (facts: { lock: string; reason: string; active: string | undefined }) =>
  new OpsError(
    'BUILDER_LOCK_LOST',
    `The lock ${facts.lock} could not be held: ${facts.reason}. ${stays(facts.active)}`,
    'Run the same command again; `flock` comes with the Debian package util-linux.',
  );

const stays = (active: string | undefined): string =>
  active === undefined ? 'No image is active.' : `${active} stays active; nothing was changed.`;

const consoleOf = ({ console }: Checked): string =>
  console.length === 0 ? '' : `\nLast lines of its console:\n${console.map((line) => `  ${line}`).join('\n')}`;

const offer = (retained: readonly RetainedImage[]): string => {
  if (retained.length === 0) return 'No image is kept. Nothing was touched.';
  const lines = retained.map(
    ({ id, shas, state }) => `  ${id}  ${shas.map((sha) => sha.slice(0, 12)).join(', ')}  ${state}`,
  );
  return `Nothing was touched. These images are kept, newest first:\n${lines.join('\n')}`;
};
