export * from './canary';
export * from './search-directories';
export * from './watch-processes';
export * from './workspace';
