export * from './check-request';
export * from './limits';
export * from './networks';
export * from './validate-image';
