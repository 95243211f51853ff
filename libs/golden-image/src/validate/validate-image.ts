import { driverUnusable } from '@polydev/errors';
import type { UsableProbe, VmDriver } from '../drivers/driver';
import { attempt, type Attempt } from './attempt';
import type { ImageCheck, ImageCheckRequest } from './check-request';
import { BOOT_LIMITS } from './limits';
import { withStage } from './stage';

/**
 * Boots an image and tells what came of it: whether its agent became ready and is the one that is meant, and whether clones of it are
 * VMs of their own. What the machine or its VMM is to blame for is tried a second time, and never called the image's fault.
 *
 * Everything started is stopped and removed, however this ends. Throws DRIVER_UNUSABLE, the signal's reason, and what the file
 * system refuses; a bad image is no error.
 */
export const validateImage = async (request: ImageCheckRequest): Promise<ImageCheck> => {
  const first = await tryWith(request, request.driver);
  if (first.verdict !== 'infrastructure') return { ...first, attempts: 1 };
  const second = await tryWith(request, request.retryWith ?? request.driver);
  if (second.verdict !== 'infrastructure') return { ...second, attempts: 2 };
  return { ...second, detail: `twice: at first ${first.detail}; then ${second.detail}`, attempts: 2 };
};

const tryWith = async (request: ImageCheckRequest, driver: VmDriver): Promise<Omit<ImageCheck, 'attempts'>> => {
  request.signal.throwIfAborted();
  const probe = await driver.probe();
  if (!probe.usable) throw driverUnusable(probe);
  const { image, digest, depth, limits } = request;
  const follow = { expected: { image: image.id, digest }, limits: { ...BOOT_LIMITS, ...limits } };
  const clones = depth === 'full' && probe.snapshots;
  const seen: Attempt = await withStage({ request, driver }, (stage) => attempt(stage, { request, follow, clones }));
  return { ...seen, ...machineOf(probe) };
};

const machineOf = ({ driver, accelerator, machine, version }: UsableProbe) => ({
  driver,
  accelerator,
  machine,
  version,
});
