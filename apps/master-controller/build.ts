import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { createProjectGraphAsync, readCachedProjectGraph, type ProjectGraph } from '@nx/devkit';
import { generatePrunedDeployOutput } from '@nx/js';
import { bundleProgram } from '@polydev/golden-image/bundle';
import { buildSync } from 'esbuild';

/**
 * Writes the controller to a folder, replacing what is there: `main.js` with the workspace's libraries in it, the
 * scripts it ships, the program that builds golden images, which needs nothing installed, and a `package.json` and lock
 * file for `npm ci --omit=dev`. What lands there depends on the sources and the workspace's lock file alone: no time, no
 * absolute path, no registry.
 */
async function build(output: string): Promise<void> {
  rmSync(output, { recursive: true, force: true });
  const imported = bundle(output);
  copyScripts(join(output, 'scripts'));
  writeFileSync(join(output, 'golden-image.cjs'), (await bundleProgram()).text);
  writeManifest(output, imported, await projectGraph());
}

/** Bundles `src/main.ts` into `main.js` and returns the packages that it imports from `node_modules`. */
export function bundle(output: string): readonly string[] {
  const { metafile } = buildSync({
    absWorkingDir: __dirname,
    entryPoints: ['src/main.ts'],
    outfile: join(output, 'main.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: [...new Set(thirdParty())],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  const imports = Object.values(metafile.outputs).flatMap((file) => file.imports);
  const packages = imports
    .filter(({ external, path }) => external && !isBuiltin(path))
    .map(({ path }) => packageOf(path));
  return [...new Set(packages)].sort();
}

/** Everything but the workspace's own packages is installed on the host instead of bundled. */
function thirdParty(folder = __dirname): string[] {
  const names = Object.keys(readJson(join(folder, 'package.json')).dependencies ?? {});
  return names.flatMap((name) =>
    name.startsWith('@polydev/') ? thirdParty(join(__dirname, '../../libs', name.slice('@polydev/'.length))) : [name],
  );
}

/** `@scope/name/file` → `@scope/name` */
const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

/** Modes are set, not copied: a checkout with another umask must give the same artifact. */
function copyScripts(output: string): void {
  cpSync(join(__dirname, 'scripts'), output, { recursive: true });
  for (const name of readdirSync(output)) chmodSync(join(output, name), 0o755);
}

function writeManifest(output: string, imported: readonly string[], graph: ProjectGraph): void {
  const { name, version } = readJson(join(__dirname, 'package.json'));
  const dependencies = Object.fromEntries(imported.map((dependency) => [dependency, lockedVersion(dependency, graph)]));
  const engines = { node: '>=20.19' };
  const manifest = { name, version, private: true, type: 'commonjs', main: 'main.js', engines, dependencies };
  const workspaceRoot = join(__dirname, '../..');
  const options = { packageManager: 'npm', workspaceRoot, outputDirectory: output } as const;
  generatePrunedDeployOutput(manifest as never, graph, 'apps/master-controller', options);
  writeFileSync(join(output, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function lockedVersion(dependency: string, graph: ProjectGraph): string {
  const version = graph.externalNodes?.[`npm:${dependency}`]?.data.version;
  if (version === undefined) throw new Error(`${dependency} is imported, but the workspace's lock file lacks it.`);
  return version;
}

/** Nx has the graph at hand for the tasks that it runs. */
const projectGraph = async (): Promise<ProjectGraph> =>
  process.env['NX_TASK_HASH'] ? readCachedProjectGraph() : createProjectGraphAsync();

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const readJson = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

if (require.main === module) void build(join(__dirname, 'dist'));
