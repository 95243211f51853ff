import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from './assemble';
import { makeReproducible } from './make-reproducible';

const project = join(__dirname, '..');
const output = join(project, 'dist');

/**
 * Builds the dashboard and lays it out in `dist` as it is deployed: `server.js` starts it, whatever the current
 * folder, and nothing has to be installed. What lands there depends on the sources and the lock file alone.
 */
function build(): void {
  // What an earlier build left may not find its way into this one.
  for (const folder of ['.next', 'dist']) rmSync(join(project, folder), { recursive: true, force: true });
  execFileSync(process.execPath, [require.resolve('next/dist/bin/next'), 'build'], {
    cwd: project,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  assemble(project, output);
  makeReproducible(output, join(project, '../..'));
}

build();
