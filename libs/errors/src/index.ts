export * from './ops-error';
export type { ErrorCode } from './codes';
export * from './catalogue/controller';
export * from './catalogue/host';
export * from './catalogue/manifest';
export * from './catalogue/operations';
export * from './catalogue/plugin';
export * from './catalogue/sandbox';
