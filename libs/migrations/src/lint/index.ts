export * from './finding';
export * from './facts';
export * from './lint-migrations';
export * from './describe';
