import { z } from 'zod';
import { driverNameSchema } from '@polydev/contract';
import { imageSettingsInvalid } from '@polydev/errors';
import type { ImageSettings } from '../settings';

const positive = z.number().int().positive();

/** What is not said has the value that fits a server of its own. Keys that a newer deployer knows are left alone. */
const settingsSchema = z.object({
  root: z.string().startsWith('/').default('/opt/polydev-ai/images'),
  target: z.string().min(1).default('vm-agent'),
  driver: z.enum([...driverNameSchema.options, 'auto']).default('auto'),
  allowProcess: z.boolean().default(false),
  network: z
    .discriminatedUnion('mode', [
      z.object({ mode: z.literal('forward') }),
      z.object({ mode: z.literal('bridge'), bridge: z.string(), subnet: z.string() }),
    ])
    .default({ mode: 'forward' }),
  memoryMiB: positive.default(256),
  cpus: positive.default(1),
  rebuild: z.enum(['auto', 'manual']).optional(),
  keep: z.number().int().nonnegative().default(3),
  readyTimeoutMs: positive.default(10_000),
  firecrackerKernel: z.string().startsWith('/').optional(),
});

/**
 * Returns the settings in GOLDEN_IMAGE_SETTINGS, one line of JSON; `rebuild` may also stand in GOLDEN_IMAGE_REBUILD. Throws
 * IMAGE_SETTINGS_INVALID with every problem.
 */
export const readSettings = (env: NodeJS.ProcessEnv): ImageSettings => {
  const written = {
    rebuild: env['GOLDEN_IMAGE_REBUILD'] || undefined,
    ...objectIn(env['GOLDEN_IMAGE_SETTINGS'] || '{}'),
  };
  const parsed = settingsSchema.safeParse(written);
  if (parsed.success) return { ...parsed.data, rebuild: parsed.data.rebuild ?? 'auto' };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('/') || 'it'}: ${message}`);
  throw imageSettingsInvalid({ problems });
};

const objectIn = (text: string): object => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    throw imageSettingsInvalid({ problems: ['it is no JSON'] });
  }
  throw imageSettingsInvalid({ problems: ['it is no object'] });
};
