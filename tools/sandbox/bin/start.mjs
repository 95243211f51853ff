#!/usr/bin/env node
// The door of `npm start`: from a fresh clone to the workspace running on the sandbox. Plain JavaScript without
// packages, because it is what installs them.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../../install/install.mjs';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Runs one part of the start with its output; a part that fails ends the start, and says which it was. */
const run = (title, program, ...args) => {
  console.log(`\n— ${title}`);
  const { status } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_TUI: 'false' },
  });
  if (status === 0) return;
  console.error(
    `\nnpm start stopped at "${title}"; what is above says why. Run \`npm start\` again once it is mended.`,
  );
  process.exit(status ?? 1);
};

if (ensureInstalled(root) === 'unchanged') console.log('Packages are as the lock file says; nothing to install.');
run('sandbox: a server on this machine', 'tools/sandbox/sandbox.cjs', 'start');
run(
  'deploy through Nx: what is unchanged comes from the cache or is live already',
  join('node_modules', 'nx', 'dist', 'bin', 'nx.js'),
  ...['run-many', '-t', 'deploy', '-c', 'sandbox', '--output-style=static'],
);
run('what runs now', 'tools/nx-deploy/bin/overview.cjs', '-c', 'sandbox');
console.log(`
Next: change a line in apps/vm-agent/src, then
  npx nx affected -t deploy                     deploys what changed since what is live
  npx nx run database:migrate                   applies a new file of apps/database/supabase/migrations
  npx nx run master-controller:status           shows a target, its hosts and its history
  npm run sandbox:stop                          ends everything that was started here`);
