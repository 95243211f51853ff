import { notifyReady } from '@polydev/release';
import { release } from './release';

/** Says in the log which release starts, and to systemd that it did. */
export function announce(): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), message: 'starting', release: release?.release }));
  notifyReady();
}
