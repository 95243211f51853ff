#!/usr/bin/env node
// The door of `npm run check` and `npm test`. Plain JavaScript without packages, because it is what installs them.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../../install/install.mjs';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
ensureInstalled(root);

const args = ['-r', '@polydev/run-source', 'tools/checks/src/main.ts', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
