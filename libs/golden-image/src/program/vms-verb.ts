import { imageDamaged, noActiveImage } from '@polydev/errors';
import type { ImageManifest } from '@polydev/contract';
import { activeId, imageFiles, readImage } from '../store';
import { listVms, startFailure, startVms, stopVms } from '../vms';
import type { Command } from './command-line';
import type { Result } from './output';
import type { Program } from './program';
import { snapshotOf } from './snapshot-of';

/** Starts VMs of the active image, lists those that run, or stops some. */
export const vmsVerb = async (program: Program, command: Extract<Command, { verb: 'vms' }>): Promise<Result> => {
  const { layout, drivers } = program;
  switch (command.what) {
    case 'list':
      return { of: 'vms', title: 'Running', value: { vms: await listVms(layout, drivers.of) } };
    case 'start':
      return start(program, command.count);
    case 'stop': {
      const before = await listVms(layout, drivers.of);
      const stopped = await stopVms({ layout, driverOf: drivers.of, ids: command.ids });
      return { of: 'vms', title: 'Stopped', value: { vms: before.filter(({ id }) => stopped.includes(id)) } };
    }
  }
};

const start = async (program: Program, count: number): Promise<Result> => {
  const { layout, settings, signal } = program;
  const manifest = await activeManifest(program);
  const { driver } = await program.drivers.forKind(manifest.kind);
  const snapshot = await snapshotOf(layout, manifest.id);
  const image = imageFiles(layout, manifest);
  const request = { layout, settings, driver, image, count, signal, ...(snapshot && { snapshot }) };
  const outcome = await startVms(request);
  const failure = startFailure(outcome);
  if (failure) throw failure;
  return { of: 'vms', title: 'Started', value: { vms: outcome.started } };
};

const activeManifest = async ({ layout }: Program): Promise<ImageManifest> => {
  const active = await activeId(layout);
  const image = active === undefined ? undefined : await readImage(layout, active);
  if (!image) throw noActiveImage({ root: layout.root });
  if (image.state === 'damaged') throw imageDamaged({ id: image.id, reason: image.reason, active });
  return image.manifest;
};
