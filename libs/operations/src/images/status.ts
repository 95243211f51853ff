import { imagesStatusSchema, type ImagesStatus } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import { tryHosts } from '../connect';
import type { ImageInput } from './images';
import { askProgram } from './program';
import { imageSettings } from './settings';

/** What a host says of its images; `trouble` where it could not be asked. */
export type HostImages =
  ({ readonly host: string } & ImagesStatus) | { readonly host: string; readonly trouble: string };

/** Images and running VMs of every host of the environment. Touches nothing. */
export const imagesOnHosts = async (input: ImageInput): Promise<readonly HostImages[]> => {
  const { environment, target, imageProgram, signal } = input;
  const settings = imageSettings({ target, stateDir: environment.stateDir }) ?? '{}';
  const settled = await tryHosts(environment, signal);
  try {
    return await Promise.all(
      settled.map(async (one): Promise<HostImages> => {
        if (!one.ok) return { host: one.item.name, trouble: textOf(one.error) };
        const host = one.value.name;
        try {
          const call = { settings, args: ['status'], answer: imagesStatusSchema, signal, timeoutMs: TIMEOUT_MS };
          return { host, ...(await askProgram(one.value, imageProgram, call)) };
        } catch (error) {
          if (!isOpsError(error)) throw error;
          return { host, trouble: textOf(error) };
        }
      }),
    );
  } finally {
    const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

/** It only reads, and asks each VM once how it is. */
const TIMEOUT_MS = 60_000;

const textOf = (error: unknown): string =>
  isOpsError(error) ? `[${error.code}] ${error.message}` : error instanceof Error ? error.message : String(error);
