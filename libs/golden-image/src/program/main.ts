import { hostname, userInfo } from 'node:os';
import { run } from './run';

/** The program on a server that builds, proves, activates and runs golden images: `node golden-image.cjs <verb>`. */
const controller = new AbortController();
// It ends what it began, and says so; a second signal ends it at once, and the next run puts right what it leaves.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.once(signal, () => controller.abort(new Error(`it was ended by ${signal}`)));

// Whoever listened is gone, as when a connection breaks.
// eslint-disable-next-line no-restricted-properties -- only told of, not printed to
for (const stream of [process.stdout, process.stderr])
  stream.on('error', () => controller.abort(new Error('nobody listens any more')));

/** Who runs it; with sudo the one who called it. */
const person = process.env['GOLDEN_IMAGE_BY'] || `${process.env['SUDO_USER'] || userInfo().username}@${hostname()}`;

void run({
  args: process.argv.slice(2),
  env: process.env,
  by: person,
  now: () => new Date(),
  // eslint-disable-next-line no-restricted-properties -- a program of its own: on the server there is nobody else who prints
  out: (line) => void process.stdout.write(`${line}\n`),
  // eslint-disable-next-line no-restricted-properties -- as above
  progress: (line) => void process.stderr.write(`${line}\n`),
  signal: controller.signal,
}).then((code) => (process.exitCode = code));
