export * from './read-migrations';
export * from './newest-version';
export * from './statements';
export * from './concurrent-index';
export { kindOf, type AloneKind } from './alone-kind';
