import { z } from 'zod';
import { duration } from './duration';
import { optional, removable, webUrl, whole } from './leaves';

export const HEALTH_DEFAULTS = { status: 200, timeout: 30, interval: 1, successes: 1 } as const;

/** How long and how strictly to look; what a `defaults` section may say for all targets. */
const manner = {
  status: optional(whole(100, 599), {
    description: 'HTTP status of a healthy answer.',
    default: HEALTH_DEFAULTS.status,
    examples: [204],
  }),
  timeout: optional(duration(), {
    description: 'How long a new release may take until it is healthy, in seconds or as `2m`.',
    default: HEALTH_DEFAULTS.timeout,
    examples: ['2m'],
  }),
  interval: optional(duration(), {
    description: 'Pause between two attempts, in seconds or as `500ms`.',
    default: HEALTH_DEFAULTS.interval,
    examples: ['500ms'],
  }),
  successes: optional(whole(1, 100), {
    description: 'Good answers in a row that are asked for.',
    default: HEALTH_DEFAULTS.successes,
    examples: [3],
  }),
};

export const healthMannerSchema = z.strictObject(manner, { error: 'should be a mapping' });

export const healthObjectSchema = z.strictObject(
  {
    url: optional(webUrl(), {
      description:
        'Address that is asked, as seen from the host. May be left out for the targets `master-controller` and `frontend`, which have one of their own.',
      examples: ['http://localhost:4000/api/auth/health'],
    }),
    body: removable(z.record(z.string(), z.unknown(), { error: 'should be a mapping' }), {
      description:
        'Keys that the JSON answer must have, with these values; other keys do not matter. `null` = any answer. The well-known targets have a default, see below.',
      examples: [{ status: 'healthy' }],
    }),
    ...manner,
  },
  { error: 'should be a mapping' },
);

/** A URL, or an object that says more. */
export const healthCheckSchema = z
  .union([webUrl(), healthObjectSchema], {
    error: 'should be an http or https address, or a mapping with `url`',
  })
  .meta({ expects: 'an http or https address, or a mapping' });

export type HealthObject = z.infer<typeof healthObjectSchema>;

/**
 * The health checks of the three apps this system was made for: what a target of that name answers there.
 * The URL's path must be the well-known one too, so that another project's `frontend` is not asked for our answer.
 */
export const WELL_KNOWN_HEALTH: Readonly<
  Record<string, { readonly url?: string; readonly path: string; readonly body: Readonly<Record<string, unknown>> }>
> = {
  'master-controller': {
    url: 'http://localhost:4000/api/auth/health',
    path: '/api/auth/health',
    body: { status: 'healthy' },
  },
  frontend: { url: 'http://localhost:3000/api/health', path: '/api/health', body: { status: 'ok' } },
  'vm-agent': { path: '/health', body: { status: 'ready' } },
};
