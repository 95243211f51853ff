export * from './host';
export { quote } from './quote';
export { onEach, type Settled } from './on-each';
export { commandFailed, mustExec, mustRun } from './command-error';
export { escapeControl, lastLines, showCommand } from './output';
export { connectSsh } from './ssh/connect';
export type { SshOptions } from './ssh/options';
export * from './http';
export * from './programs';
