export * from './build-image';
export * from './build-result';
export * from './builder-lock';
export * from './choose-image';
export * from './parts';
export * from './rollback-image';
