import { imagesStatusSchema } from '@polydev/contract';
import type { HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import type { DeployPlan } from '../deploy/plan';
import { placeProgram, runProgram, type ImageProgram } from './program';
import { imageSettings } from './settings';

/** The golden image of which a target is the agent, as a run on one host deals with it. */
export interface ImagePlan {
  /** One line of JSON: what the program that builds images is told. */
  readonly settings: string;
  readonly rebuild: TargetConfig['goldenImageRebuild'];
  /** Absolute path of that program on the host; undefined where this run leaves images to the hook. */
  readonly program?: string;
  /** Id of the image that was active before; undefined where none was. */
  readonly before?: string;
}

/** What a plan says of a target's golden image before any host was asked. Pure. */
export const imagePlan = (target: TargetConfig, stateDir: string): { readonly image?: ImagePlan } => {
  const settings = imageSettings({ target, stateDir });
  return settings === undefined ? {} : { image: { settings, rebuild: target.goldenImageRebuild } };
};

/** The same plan with what it takes to bring back the image that is active now: whoever undoes it has the plan alone. */
export const withWayBack = async (
  shell: HostShell,
  plan: DeployPlan,
  program: ImageProgram | undefined,
): Promise<DeployPlan> => {
  if (plan.image === undefined || program === undefined) return plan;
  const path = await placeProgram(shell, plan.stateDir, program);
  const { active } = await runProgram(shell, path, {
    settings: plan.image.settings,
    args: ['status'],
    answer: imagesStatusSchema,
    timeoutMs: plan.commandTimeoutMs,
  });
  return { ...plan, image: { ...plan.image, program: path, ...(active === undefined ? {} : { before: active }) } };
};
