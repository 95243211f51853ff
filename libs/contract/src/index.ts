export * from './release-file';
export * from './release-info';
export * from './record';
export * from './target-file';
export * from './api';
export * from './image';
export * from './image-program';
export * from './schema-version';
