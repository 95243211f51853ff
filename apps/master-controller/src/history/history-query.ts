import { z } from 'zod';
import { limitSchema, nameSchema } from '../parse-query';

/** `GET /api/deployments/history?environment=&target=&host=&since=&limit=`. */
export const historyQuerySchema = z.strictObject({
  limit: limitSchema,
  environment: nameSchema,
  target: nameSchema,
  host: nameSchema,
  since: z
    .union(
      [z.iso.date(), z.iso.datetime({ offset: true })],
      'a date or a time is expected, such as 2026-11-27 or 2026-11-27T08:00:00Z',
    )
    .optional(),
});
