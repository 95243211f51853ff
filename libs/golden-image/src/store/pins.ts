import { mkdir, readdir, rm } from 'node:fs/promises';
import type { ImagesLayout } from '../layout';
import { ifThere, writeSafely } from './durable';

/** Keeps an image however old it gets. `note` says who pinned it and when, for people. */
export const pinImage = async (layout: ImagesLayout, id: string, note: string): Promise<void> => {
  await mkdir(layout.pins, { recursive: true });
  await writeSafely(layout.pin(id), `${note}\n`);
};

/** Lets an image be collected like any other; fine where it was not pinned. */
export const unpinImage = (layout: ImagesLayout, id: string): Promise<void> => rm(layout.pin(id), { force: true });

/** Returns the ids of pinned images. */
export const pinnedIds = async (layout: ImagesLayout): Promise<ReadonlySet<string>> =>
  new Set((await ifThere(readdir(layout.pins))) ?? []);
