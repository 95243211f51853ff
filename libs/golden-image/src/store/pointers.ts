import { readlink, stat } from 'node:fs/promises';
import { imageIdSchema } from '@polydev/contract';
import type { ImagesLayout } from '../layout';
import { ifThere } from './durable';

/** Returns the image that new VMs boot from, or undefined before the first activation. */
export const activeId = (layout: ImagesLayout): Promise<string | undefined> => target(layout, layout.active);

/** Returns the image that was active before, where there is one that is still there. Never the active one. */
export const previousId = async (layout: ImagesLayout): Promise<string | undefined> => {
  const [active, previous] = await Promise.all([activeId(layout), target(layout, layout.previous)]);
  return previous === active ? undefined : previous;
};

const target = async (layout: ImagesLayout, link: string): Promise<string | undefined> => {
  const id = await ifThere(readlink(link));
  if (id === undefined || !imageIdSchema.safeParse(id).success) return undefined;
  return (await ifThere(stat(layout.image(id)))) ? id : undefined;
};
