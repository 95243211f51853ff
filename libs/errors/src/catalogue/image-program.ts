import type { ErrorCode } from '../codes';
import { OpsError } from '../ops-error';

export const IMAGE_PROGRAM_CODES = [
  'IMAGE_PROGRAM_FAILED',
  'NO_GOLDEN_IMAGE',
  'NO_AGENT_LIVE',
  'VM_HOST_NEEDED',
  'VM_GONE',
] as const;

/** The program that handles images on a host gave no answer. `output` is the end of what it said. */
export const imageProgramFailed = (facts: { host: string; command: string; ended: string; output: string }) =>
  new OpsError(
    'IMAGE_PROGRAM_FAILED',
    `\`${facts.command}\` on ${facts.host} ended with ${facts.ended} and without an answer.\n${facts.output || '(it said nothing)'}\nThe active image is as it was before, or the new one whole.`,
    'It needs Node.js 20.19 or later in the PATH of the account that deploys; docs/golden-images.md lists what else.',
  );

/** What that program said of a situation of its own. */
export const toldByImageProgram = (facts: { host: string; code: string; message: string; hint: string }) =>
  new OpsError(facts.code as ErrorCode, `${facts.host}: ${facts.message}`, facts.hint);

/** The target is no golden image in this environment. */
export const noGoldenImage = (facts: { target: string; environment: string; file: string }) =>
  new OpsError(
    'NO_GOLDEN_IMAGE',
    `${facts.target} is the agent of no golden image in ${facts.environment}. Nothing was touched.`,
    `Write \`golden_image: true\` below targets/${facts.target} in ${facts.file}, or choose another environment with \`-c\`.`,
  );

/** No release of the agent is live on a host, so there is nothing to build an image from. */
export const noAgentLive = (facts: { target: string; hosts: readonly string[] }) =>
  new OpsError(
    'NO_AGENT_LIVE',
    `No release of ${facts.target} is live on ${facts.hosts.join(', ')}: there is nothing to build an image from. Nothing was touched.`,
    `\`npx nx run ${facts.target}:deploy\``,
  );

/** VMs are started on one host, and there are several. */
export const vmHostNeeded = (facts: { target: string; hosts: readonly string[]; asked: string | undefined }) =>
  new OpsError(
    'VM_HOST_NEEDED',
    `${facts.asked === undefined ? 'VMs start on one host, and there are several' : `There is no host ${facts.asked}`}: ${facts.hosts.join(', ')}. No VM was started.`,
    `\`npx nx run ${facts.target}:vms --start=1 --host=${facts.hosts[0] ?? ''}\``,
  );

/** A VM was named that no host has. */
export const vmGone = (facts: { target: string; id: string; running: readonly string[] }) =>
  new OpsError(
    'VM_GONE',
    `No host runs a VM ${facts.id}; ${facts.running.length === 0 ? 'none runs' : `these run: ${facts.running.join(', ')}`}. Nothing was stopped.`,
    `\`npx nx run ${facts.target}:vms\` lists them.`,
  );
