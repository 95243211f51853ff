import { OpsError } from '../ops-error';

export const IMAGE_LAYER_CODES = [
  'IMAGE_TOOLS_MISSING',
  'IMAGE_DISK_FULL',
  'AGENT_UNUSABLE',
  'KERNEL_UNAVAILABLE',
  'LAYER_BUILD_FAILED',
] as const;

/** Programs that golden images need are not on this machine; all of them at once. */
export const imageToolsMissing = (missing: readonly { readonly program: string; readonly debianPackage: string }[]) =>
  new OpsError(
    'IMAGE_TOOLS_MISSING',
    `No image was built: ${missing.map((tool) => `${tool.program} (Debian package ${tool.debianPackage})`).join(', ')} ` +
      `${missing.length === 1 ? 'is' : 'are'} missing on this machine. The active image stays as it is.`,
    'Run `bash scripts/install-golden-image.sh`, or ' +
      `\`sudo apt-get install --no-install-recommends ${[...new Set(missing.map((tool) => tool.debianPackage))].join(' ')}\`.`,
  );

/** The file system of the images is full; `doing` is what was being done: `building the base layer`. */
export const imageDiskFull = (facts: { directory: string; doing: string; cause?: unknown }) =>
  new OpsError(
    'IMAGE_DISK_FULL',
    `The file system of ${facts.directory} became full while ${facts.doing}. What was begun is removed again; the active image stays as it is.`,
    `Look with \`df -h ${facts.directory}\`; a first build needs about 600 MB, a further one the size of its agent and the memory of a VM.`,
    { cause: facts.cause },
  );

/** What was given as the agent cannot become a layer; `problems` holds one phrase each. */
export const agentUnusable = (facts: { directory: string; problems: readonly string[] }) =>
  new OpsError(
    'AGENT_UNUSABLE',
    `No image was built: ${facts.directory} is not an agent: ${facts.problems.join('; ')}. The active image stays as it is.`,
    'Deploy the agent first, or name the folder of its build with `--agent=<dir>`; it holds `main.js` and `package.json`.',
  );

/** The kernel of the guests cannot be had; `reason` is a sentence without its full stop. */
export const kernelUnavailable = (facts: { reason: string; cause?: unknown }) =>
  new OpsError(
    'KERNEL_UNAVAILABLE',
    `No image was built: the guests' kernel cannot be had: ${facts.reason}. The active image stays as it is.`,
    'Run `sudo apt-get update`, and see that `apt-cache policy linux-image-cloud-amd64` names a candidate.',
    { cause: facts.cause },
  );

/** A program that builds a layer failed. `output` is the end of what it said. */
export const layerBuildFailed = (facts: { doing: string; command: string; output: string; cause?: unknown }) =>
  new OpsError(
    'LAYER_BUILD_FAILED',
    `No image was built: ${facts.doing} failed.\n${facts.command}\n${facts.output || '(it said nothing)'}\nThe active image stays as it is.`,
    'Run the same command again; if it fails again, what the program said names the cause.',
    { cause: facts.cause },
  );
