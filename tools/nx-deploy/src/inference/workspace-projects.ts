import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A project as far as it can be known while Nx is still making its graph. */
export interface WorkspaceProject {
  readonly name: string;
  /** Relative to the workspace; `.` for the workspace itself. */
  readonly root: string;
  /** Targets and scripts that stand in its own files. */
  readonly own: readonly string[];
}

/** A file of a project, as far as it concerns us. Whatever else it is, Nx says. */
interface ProjectFile {
  readonly name?: unknown;
  readonly targets?: unknown;
  readonly scripts?: unknown;
  readonly nx?: { readonly name?: unknown; readonly targets?: unknown } | null;
}

/** Finds the projects that `project.json` and `package.json` files (paths from the workspace) describe, named as Nx names them. */
export const workspaceProjects = (workspaceRoot: string, files: readonly string[]): readonly WorkspaceProject[] => {
  const roots = new Set(files.filter(isProjectFile).map((file) => dirname(file)));
  return [...roots].map((root) => projectAt(workspaceRoot, root));
};

const isProjectFile = (file: string): boolean => ['project.json', 'package.json'].includes(basename(file));

const projectAt = (workspaceRoot: string, root: string): WorkspaceProject => {
  const read = (name: string): ProjectFile => readProjectFile(join(workspaceRoot, root, name));
  const [project, manifest] = [read('project.json'), read('package.json')];
  const name = [project.name, manifest.nx?.name, manifest.name].find((found) => typeof found === 'string');
  return {
    name: name ?? basename(join(workspaceRoot, root)).toLowerCase(),
    root,
    own: [project.targets, manifest.nx?.targets, manifest.scripts].flatMap(keysOf),
  };
};

const keysOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

/** A file that is missing or broken says nothing here; Nx itself reports it when it matters. */
const readProjectFile = (file: string): ProjectFile => {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    return {};
  }
};
