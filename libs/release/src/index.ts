export * from './read-release-info';
export * from './health-answer';
export * from './activated-socket';
export * from './graceful-end';
export * from './notify-ready';
export * from './on-termination';
