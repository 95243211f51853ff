import { createRequire } from 'node:module';

/**
 * The engine of migrations, loaded where it is needed: most tasks have no use for its drivers. Where this runs from its
 * sources, Nx compiles TypeScript only while it loads a task, and has taken its compiler away before the task runs.
 */
export const engine = () => {
  if (__filename.endsWith('.ts')) createRequire(__filename)('@polydev/run-source');
  return import('@polydev/migrations');
};
