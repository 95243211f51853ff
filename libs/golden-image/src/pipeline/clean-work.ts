import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { imagesLayout } from '../layout';
import { settleActivation } from '../store';
import type { PipelineParts } from './parts';
import { step } from './step';

/**
 * Puts right what a dead builder left: finishes or drops its change of `active`, ends the VMs that it was trying and removes its
 * half-made files. Needs the builder's lock: nobody who lives writes to `work` then.
 */
export const cleanWork = async (parts: PipelineParts): Promise<void> => {
  const layout = imagesLayout(parts.settings.root);
  await settleActivation(layout);
  const left = await readdir(layout.work);
  if (left.length === 0) return;
  await step(parts, {
    name: 'clean',
    doing: 'cleaning up after a builder that died',
    work: () => emptyWork(parts),
    detail: () =>
      `a builder had died here; ${left.length === 1 ? 'one piece' : `${left.length} pieces`} of its work removed`,
  });
};

/** Ends what runs in `work` and removes what lies there; needs the builder's lock. */
export const emptyWork = async (parts: PipelineParts): Promise<void> => {
  const { work } = imagesLayout(parts.settings.root);
  for (const name of await readdir(work)) {
    await parts.endLeftVms(join(work, name));
    // A program that outlives its builder for a moment may still write there.
    await rm(join(work, name), { recursive: true, force: true, maxRetries: 5 });
  }
};
