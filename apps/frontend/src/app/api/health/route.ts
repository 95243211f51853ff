import { healthAnswer } from '@polydev/release';
import { release } from '../../../release';

export const dynamic = 'force-dynamic';

/** `{"status":"ok"}` and which release answers. */
export function GET(): Response {
  return Response.json(healthAnswer('ok', release), { headers: { 'cache-control': 'no-store' } });
}
