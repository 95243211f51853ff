import { buildImage, type BuildRequest } from '../build-image';
import { sampleParts } from './sample-parts';

/**
 * A builder in a process of its own, for one build that its first argument describes as JSON. It kills itself, as `kill -9` does, at the
 * point that DIE_AT names; at PAUSE_AT it says so and goes on when a byte comes from stdin. Prints each event as a line of JSON.
 */
const { root, ...request } = JSON.parse(process.argv[2] ?? '') as BuildRequest & { readonly root: string };
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const reached = (point: string): void => {
  if (point === process.env['DIE_AT']) process.kill(process.pid, 'SIGKILL');
};
const build = async (): Promise<void> => {
  const { parts } = sampleParts(root, { reached, report: say });
  const check: typeof parts.check = async (asked) => {
    if (process.env['PAUSE'] !== undefined) {
      say({ event: 'paused' });
      await new Promise((go) => process.stdin.once('data', go));
    }
    return parts.check(asked);
  };
  say({ event: 'result', ...(await buildImage({ ...parts, check }, request)) });
};
void build().finally(() => process.stdin.destroy());
