/** What `nx.json` may set for the plugin. */
export interface PluginOptions {
  /** Path of the manifest, relative to the workspace; default `.deploy.yaml`. */
  readonly manifest?: string;
}

export const DEFAULT_MANIFEST = '.deploy.yaml';

/** Name of this plugin in `nx.json` and in front of its executors. */
export const PLUGIN = '@polydev/nx-deploy';

/** Path of the manifest, relative to the workspace. */
export const manifestOf = (options: PluginOptions | undefined): string => options?.manifest ?? DEFAULT_MANIFEST;
