import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Where Next puts the app in its standalone output: at its place in the workspace. */
const APP = 'apps/frontend';

/** Lays out Next's standalone server, the files that it leaves to a CDN, and the program that starts it. */
export function assemble(project: string, output: string): void {
  cpSync(join(project, '.next/standalone'), output, { recursive: true });
  cpSync(join(project, '.next/static'), join(output, APP, '.next/static'), { recursive: true });
  if (existsSync(join(project, 'public')))
    cpSync(join(project, 'public'), join(output, APP, 'public'), { recursive: true });
  // The workspace's package.json names packages that are bundled here and scripts that are not.
  rmSync(join(output, APP, 'package.json'));
  const manifest = { name: '@polydev/frontend', private: true, type: 'commonjs', engines: { node: '>=20.19' } };
  writeFileSync(join(output, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  bundleStart(project, output);
}

function bundleStart(project: string, output: string): void {
  buildSync({
    absWorkingDir: project,
    entryPoints: ['src/start.ts'],
    outfile: join(output, 'server.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: [`./${APP}/server.js`],
    logLevel: 'warning',
  });
}
