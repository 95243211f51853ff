export * from './read-release-info';
export * from './health-answer';
export * from './notify-ready';
export * from './on-termination';
