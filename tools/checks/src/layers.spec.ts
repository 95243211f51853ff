import layers from '../layers.json';
import { temporaryWorkspace, type TemporaryWorkspace } from '../testing/temporary-workspace';
import { layerProblems, type LayeredGraph } from './layers';

const project = (root: string, ...tags: readonly string[]) => ({ data: { root, tags } });

/** A graph of one edge, from the first project to the second. */
const graphOf = (from: string, to: string, type = 'static'): LayeredGraph => ({
  nodes: { importer: project('a', `layer:${from}`), imported: project('b', `layer:${to}`) },
  dependencies: { importer: [{ target: 'imported', type }], imported: [] },
});

describe('layers', () => {
  test.each([
    ['entry', 'operations'],
    ['entry', 'base'],
    ['operations', 'parts'],
    ['parts', 'base'],
    ['base', 'base'],
  ])('%s may import %s', (from, to) => {
    expect(layerProblems(graphOf(from, to), layers)).toEqual([]);
  });

  test.each([
    ['base', 'parts'],
    ['base', 'operations'],
    ['parts', 'operations'],
    ['parts', 'parts'],
    ['operations', 'entry'],
    ['operations', 'operations'],
    ['entry', 'entry'],
    ['data', 'base'],
  ])('%s may not import %s, and both are named', (from, to) => {
    expect(layerProblems(graphOf(from, to), layers)).toEqual([
      `importer (layer:${from}) imports imported (layer:${to})`,
    ]);
  });

  test('an order between tasks is not an import', () => {
    expect(layerProblems(graphOf('base', 'entry', 'implicit'), layers)).toEqual([]);
  });

  test('a project without a layer, with two, or with an unknown one is a problem; the root project needs none', () => {
    const graph: LayeredGraph = {
      nodes: {
        workspace: project('.'),
        none: project('libs/none'),
        both: project('libs/both', 'layer:base', 'layer:parts'),
        cellar: project('libs/cellar', 'layer:cellar'),
      },
      dependencies: {},
    };
    expect(layerProblems(graph, layers)).toEqual([
      'none has no layer tag; give it one in libs/none/project.json',
      'both has several layer tags: base, parts',
      'cellar has an unknown layer: cellar',
    ]);
  });
});

describe('layers of a real workspace', () => {
  let workspace: TemporaryWorkspace | undefined;
  afterEach(() => workspace?.remove());

  const workspaceWith = (importInBase: string) =>
    temporaryWorkspace({
      // Nx reads imports from source files only where one of its own plugins is among the packages.
      'package.json': { name: 'workspace', workspaces: ['libs/*'], devDependencies: { '@nx/js': '23.2.1' } },
      'nx.json': { analytics: false, neverConnectToCloud: true },
      'libs/words/package.json': { name: '@t/words', main: './index.ts' },
      'libs/words/project.json': { name: 'words', tags: ['layer:base'] },
      'libs/words/index.ts': `${importInBase}\nexport const word = 'word';\n`,
      'libs/ship/package.json': { name: '@t/ship', main: './index.ts' },
      'libs/ship/project.json': { name: 'ship', tags: ['layer:operations'] },
      'libs/ship/index.ts': "export const ship = 'ship';\n",
    });

  test('an import that goes up makes the check fail with both names', async () => {
    workspace = workspaceWith("import '../ship/index';");
    const { exitCode, stderr } = await workspace.run('layers');
    expect(stderr.trim()).toBe('words (layer:base) imports ship (layer:operations)');
    expect(exitCode).toBe(1);
  });

  test('a workspace in order passes without a word', async () => {
    workspace = workspaceWith('');
    expect(await workspace.run('layers')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});
