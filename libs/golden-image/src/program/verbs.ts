import { stat } from 'node:fs/promises';
import { imageUnknown } from '@polydev/errors';
import { buildImage, chooseImage, retained, rollbackImage } from '../pipeline';
import { pinImage, unpinImage } from '../store';
import { ifThere } from '../store/durable';
import { listVms } from '../vms';
import { agentSource } from './agent-source';
import type { Command } from './command-line';
import { imagesStatus } from './images-status';
import { networkVerb } from './network-verb';
import type { Result } from './output';
import { pipelineParts } from './pipeline-parts';
import { probeVerb } from './probe-verb';
import type { Program } from './program';
import { vmsVerb } from './vms-verb';

/** Does what the command line asks for. */
export const runVerb = async (program: Program, command: Command): Promise<Result> => {
  switch (command.verb) {
    case 'build':
      return build(program, command);
    case 'rollback':
      return { of: 'rollback', value: await rollbackImage(pipelineParts(program, { refresh: false }), command.wanted) };
    case 'status':
      return status(program);
    case 'vms':
      return vmsVerb(program, command);
    case 'pin':
      return pin(program, command.id);
    case 'unpin':
      return unpin(program, command.id);
    case 'network':
      return networkVerb(program, command);
    case 'probe':
      return probeVerb(program);
  }
};

const build = async (
  program: Program,
  { agent, source, refresh }: Extract<Command, { verb: 'build' }>,
): Promise<Result> => {
  const request = { agent, source: await agentSource(agent, source) };
  return { of: 'build', value: await buildImage(pipelineParts(program, { refresh }), request) };
};

const status = async ({ layout, drivers }: Program): Promise<Result> => ({
  of: 'status',
  value: await imagesStatus(layout, await listVms(layout, drivers.of)),
});

const pin = async ({ layout, by, now }: Program, wanted: string): Promise<Result> => {
  const { image } = await chooseImage(layout, { image: wanted });
  await pinImage(layout, image.id, `${by} ${now().toISOString()}`);
  // A builder may have been about to collect it.
  if (!(await ifThere(stat(layout.image(image.id))))) {
    await unpinImage(layout, image.id);
    throw imageUnknown({ wanted, retained: await retained(layout) });
  }
  return {
    of: 'words',
    value: { id: image.id, pinned: true },
    text: `${image.id} is pinned: it is kept until it is unpinned.`,
  };
};

const unpin = async ({ layout }: Program, wanted: string): Promise<Result> => {
  const { image } = await chooseImage(layout, { image: wanted });
  await unpinImage(layout, image.id);
  return {
    of: 'words',
    value: { id: image.id, pinned: false },
    text: `${image.id} is not pinned: it is collected when its time comes.`,
  };
};
