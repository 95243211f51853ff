/** Which layer may import which, by name; the table stands in `layers.json`, which ESLint reads too. */
export type LayerTable = Readonly<Record<string, readonly string[]>>;

/** The part of Nx's project graph that the check reads. */
export interface LayeredGraph {
  readonly nodes: Readonly<
    Record<string, { readonly data: { readonly root: string; readonly tags?: readonly string[] } }>
  >;
  readonly dependencies: Readonly<Record<string, readonly { readonly target: string; readonly type: string }[]>>;
}

const LAYER_TAG = 'layer:';

const layersOf = (graph: LayeredGraph, project: string): readonly string[] =>
  (graph.nodes[project]?.data.tags ?? [])
    .filter((tag) => tag.startsWith(LAYER_TAG))
    .map((tag) => tag.slice(LAYER_TAG.length));

/** The root project holds no code, so that it needs no layer. */
const needsLayer = (graph: LayeredGraph, project: string): boolean => graph.nodes[project]?.data.root !== '.';

const tagProblem = (graph: LayeredGraph, table: LayerTable, project: string): string | undefined => {
  const layers = layersOf(graph, project);
  const [layer] = layers;
  if (layer === undefined)
    return `${project} has no layer tag; give it one in ${graph.nodes[project]?.data.root}/project.json`;
  if (layers.length > 1) return `${project} has several layer tags: ${layers.join(', ')}`;
  if (table[layer] === undefined) return `${project} has an unknown layer: ${layer}`;
  return undefined;
};

/** Imports that leave a project. Implicit dependencies are an order between tasks and import nothing. */
const importedProjects = (graph: LayeredGraph, project: string): readonly string[] => [
  ...new Set(
    (graph.dependencies[project] ?? [])
      .filter(({ target, type }) => type !== 'implicit' && target !== project && graph.nodes[target] !== undefined)
      .map(({ target }) => target),
  ),
];

/**
 * What is wrong with the layers, one sentence each; empty where all is well. A second check beside the ESLint rule,
 * which says nothing at all when it finds no cached project graph.
 */
export const layerProblems = (graph: LayeredGraph, table: LayerTable): readonly string[] => {
  const projects = Object.keys(graph.nodes).filter((project) => needsLayer(graph, project));
  const untagged = projects.flatMap((project) => tagProblem(graph, table, project) ?? []);
  const upward = projects.flatMap((project) => {
    const [layer = ''] = layersOf(graph, project);
    return importedProjects(graph, project)
      .map((target) => ({ target, targetLayer: layersOf(graph, target)[0] ?? 'none' }))
      .filter(({ targetLayer }) => !(table[layer] ?? []).includes(targetLayer))
      .map(({ target, targetLayer }) => `${project} (layer:${layer}) imports ${target} (layer:${targetLayer})`);
  });
  return [...untagged, ...upward];
};
