import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../drivers/driver';
import type { ImagesLayout } from '../layout';
import { SNAPSHOT_FINGERPRINT } from '../store';
import { ifThere } from '../store/durable';

/** The snapshot that was taken when an image was proven; undefined where there is none. */
export const snapshotOf = async (layout: ImagesLayout, id: string): Promise<Snapshot | undefined> => {
  const directory = layout.snapshot(id);
  const fingerprint = await ifThere(readFile(join(directory, SNAPSHOT_FINGERPRINT), 'utf8'));
  return fingerprint === undefined ? undefined : { directory, fingerprint };
};
