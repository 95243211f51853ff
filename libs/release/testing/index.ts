export * from './hold-socket';
export * from './load';
