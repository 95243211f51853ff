export { openShadow, type Shadow, type ShadowConfig, type ShadowSource } from './open-shadow';
export * from './surroundings';
export * from './cannot-judge';
