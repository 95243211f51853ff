export * from './events';
export * from './printable';
export * from './reporter';
export * from './rewording';
export * from './table';
