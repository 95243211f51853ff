export * from './entry';
export * from './file-list';
export * from './read-artifact';
export * from './pack';
export * from './sources';
export * from './read-texts';
