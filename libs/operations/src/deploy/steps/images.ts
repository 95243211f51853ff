import { imageBuiltSchema, imageRolledBackSchema, imagesStatusSchema, type ImagesStatus } from '@polydev/contract';
import { runProgram, type ProgramCall } from '../../images/program';
import type { DeployContext } from '../context';

/** Nothing to do forward: this step stands before the hook that builds an image, for its undo. */
export const keepTheImage = ({ plan }: DeployContext): Promise<string> =>
  Promise.resolve(plan.image?.before ?? 'no image is active yet');

/** Makes the image active again that was before the run. Its hashes are verified and it is booted first. */
export const restoreImageBefore = async (context: DeployContext): Promise<string> => {
  const { image } = context.plan;
  if (image?.program === undefined) return 'the hook’s to look after';
  const untouched = { ...context, signal: new AbortController().signal };
  const { active } = await statusOf(untouched);
  if (active === image.before) return active === undefined ? 'no image was active' : `${active} stayed active`;
  if (image.before === undefined) return `no image was active before; ${active ?? ''} stays`;
  await ask(untouched, { args: ['rollback', `--image=${image.before}`], answer: imageRolledBackSchema });
  return `${image.before} is active again`;
};

/**
 * Makes the image active that belongs to the release that is gone back to: the newest of its digest. Where that was
 * collected, it is built afresh from the release.
 */
export const restoreImage = async (context: DeployContext): Promise<string> => {
  const { plan, note } = context;
  if (plan.image?.program === undefined) return 'no program to restore it with';
  if (plan.digest === '') return 'the directory that was there before the first deploy has none';
  const status = await statusOf(context);
  const own = imagesOf(status, plan.digest);
  if (own.some(({ id }) => id === status.active)) return `${status.active ?? ''} is active already`;
  const [newest] = own;
  if (newest === undefined) {
    note(`No image of ${plan.release} is kept any more: it is built afresh from the release.`);
    return build(context);
  }
  const { id, bootMs } = await ask(context, {
    args: ['rollback', `--image=${newest.id}`],
    answer: imageRolledBackSchema,
  });
  return `${id}${booted(bootMs)}`;
};

const build = async (context: DeployContext): Promise<string> => {
  const args = ['build', `--agent=${context.plan.path}`];
  const { outcome, id = '', bootMs } = await ask(context, { args, answer: imageBuiltSchema });
  switch (outcome) {
    case 'activated':
      return `${id}${booted(bootMs)}`;
    case 'unchanged':
      return `${id} is active already`;
    case 'would-build':
      context.note('golden_image_rebuild is manual: no image was built; the one that was active stays.');
      return 'left as it is';
  }
};

const booted = (bootMs: number | undefined): string =>
  bootMs === undefined ? '' : `, booted in ${(bootMs / 1000).toFixed(1)} s`;

/** Newest first. */
const imagesOf = ({ images }: ImagesStatus, digest: string): ImagesStatus['images'] =>
  images
    .filter((image) => image.digest === digest)
    .sort((one, other) => (one.createdAt < other.createdAt ? 1 : one.createdAt > other.createdAt ? -1 : 0));

const statusOf = (context: DeployContext): Promise<ImagesStatus> =>
  ask(context, { args: ['status'], answer: imagesStatusSchema });

const ask = <T>({ plan, shell, signal }: DeployContext, call: Pick<ProgramCall<T>, 'args' | 'answer'>): Promise<T> =>
  runProgram(shell, plan.image?.program ?? '', {
    ...call,
    settings: plan.image?.settings ?? '{}',
    signal,
    timeoutMs: plan.commandTimeoutMs,
  });
