import { readFile, rm, stat } from 'node:fs/promises';
import { imageActivationSchema, imageIdSchema, type ImageActivation } from '@polydev/contract';
import type { ImagesLayout } from '../layout';
import { readActivations, recordActivation } from './activations';
import { ifThere, replaceFile, swapLink, sync } from './durable';
import { activeId, previousId } from './pointers';

/** Called between the moves of a change; a test ends the process there. */
export type Reached = (point: string) => void;
const nothing: Reached = () => undefined;

/** Who makes an image active, when and for which commit. */
export type ActivationFacts = Omit<ImageActivation, 'from'>;

/**
 * Makes a whole image of the store the one that new VMs boot from, and what was active the previous one; needs the
 * builder's lock. Where it is active already only the commit is recorded, if it is another. Returns what was active.
 */
export const activate = async (
  layout: ImagesLayout,
  facts: ActivationFacts,
  reached: Reached = nothing,
): Promise<string | undefined> => {
  await settleActivation(layout);
  const [from, previous] = await Promise.all([activeId(layout), previousId(layout)]);
  if (from === facts.id) {
    await recordCommit(layout, facts);
    return from;
  }
  const pending: Pending = { activation: { ...facts, ...(from !== undefined && { from }) }, previous };
  await replaceFile(layout, layout.pendingActivation, JSON.stringify(pending));
  reached('pending');
  // `previous` is at no time the same as `active`.
  if (previous === facts.id) await removeLink(layout, layout.previous);
  reached('unlinked');
  await swapLink(layout, layout.active, facts.id);
  reached('swapped');
  await finish(layout, pending, reached);
  return from;
};

/** Finishes the change of `active` that a dead builder was in, or drops it where nothing had been swapped yet. */
export const settleActivation = async (layout: ImagesLayout): Promise<void> => {
  const pending = parsePending(await ifThere(readFile(layout.pendingActivation, 'utf8')));
  if (!pending) return rm(layout.pendingActivation, { force: true });
  if ((await activeId(layout)) === pending.activation.id) return finish(layout, pending, nothing);
  await pointPrevious(layout, pending.previous);
  await rm(layout.pendingActivation);
};

interface Pending {
  readonly activation: ImageActivation;
  /** What was previous before; it stays so where the change is dropped. */
  readonly previous: string | undefined;
}

const finish = async (layout: ImagesLayout, { activation, previous }: Pending, reached: Reached): Promise<void> => {
  await pointPrevious(layout, activation.from ?? previous);
  reached('previous');
  await recordActivation(layout, activation);
  reached('recorded');
  await rm(layout.pendingActivation);
};

const pointPrevious = async (layout: ImagesLayout, id: string | undefined): Promise<void> => {
  if (id === undefined || id === (await activeId(layout)) || !(await ifThere(stat(layout.image(id))))) return;
  await swapLink(layout, layout.previous, id);
};

const removeLink = async (layout: ImagesLayout, link: string): Promise<void> => {
  await rm(link, { force: true });
  await sync(layout.root);
};

/** Several commits may have one image: each is to be found again by its SHA. */
const recordCommit = async (layout: ImagesLayout, facts: ActivationFacts): Promise<void> => {
  const last = (await readActivations(layout)).at(-1);
  if (last?.id === facts.id && last.sha === facts.sha && last.release === facts.release) return;
  await recordActivation(layout, facts);
};

/** Undefined where it is not whole: it was being written, so nothing of the change had begun. */
const parsePending = (text: string | undefined): Pending | undefined => {
  try {
    const value = JSON.parse(text ?? '') as { activation?: unknown; previous?: unknown };
    const activation = imageActivationSchema.safeParse(value.activation);
    const previous = imageIdSchema.safeParse(value.previous);
    return activation.success ? { activation: activation.data, previous: previous.data } : undefined;
  } catch {
    return undefined;
  }
};
