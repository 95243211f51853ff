export * from './sample';
export * from './secrets';
