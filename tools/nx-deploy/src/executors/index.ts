/** The modules of the plugin's executors, by the names that executors.json has for them. Each is loaded when a task of its kind runs. */
export const EXECUTORS: Readonly<Record<string, () => Promise<unknown>>> = {
  deploy: () => import('./deploy/executor.ts'),
  status: () => import('./status/executor.ts'),
  audit: () => import('./audit/executor.ts'),
  preflight: () => import('./preflight/executor.ts'),
  plan: () => import('./plan/executor.ts'),
  migrate: () => import('./migrate/executor.ts'),
  rollback: () => import('./rollback/executor.ts'),
  recover: () => import('./recover/executor.ts'),
  unlock: () => import('./unlock/executor.ts'),
  approve: () => import('./approve/executor.ts'),
  trust: () => import('./trust/executor.ts'),
  'golden-image': () => import('./golden-image/executor.ts'),
  vms: () => import('./vms/executor.ts'),
  setup: () => import('./setup/executor.ts'),
};
