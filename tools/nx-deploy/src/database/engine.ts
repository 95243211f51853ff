/** The engine of migrations, loaded where it is needed: most tasks have no use for its drivers. */
export const engine = () => import('@polydev/migrations');
