import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Writes the agent to a folder, replacing what is there: `main.js`, which holds everything it needs, and a
 * `package.json` without dependencies. What lands there depends on the sources alone: no time, no absolute path.
 */
export function build(output: string): void {
  rmSync(output, { recursive: true, force: true });
  buildSync({
    absWorkingDir: __dirname,
    entryPoints: ['src/main.ts'],
    outfile: join(output, 'main.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const { name, version } = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as Record<string, string>;
  const manifest = { name, version, private: true, type: 'commonjs', main: 'main.js', engines: { node: '>=20.19' } };
  writeFileSync(join(output, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (require.main === module) build(join(__dirname, 'dist'));
