export * from './settings';
export * from './layout';
export * from './guest-contract';
export * from './drivers/driver';
