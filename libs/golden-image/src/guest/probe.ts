import { GUEST_SAYS } from '../guest-contract';

/**
 * Loaded into the agent's own process before the agent (`node -r`), so that it can be seen what randomness and clock any agent gets.
 * Writes with one system call, because nothing may come between the parts of the line.
 */
export const GUEST_PROBE = `'use strict';
if (require('node:worker_threads').isMainThread) {
  const random = require('node:crypto').randomBytes(32).toString('hex');
  require('node:fs').writeSync(1, '${GUEST_SAYS.probe} random=' + random + ' now=' + Date.now() + '\\n');
}
`;
