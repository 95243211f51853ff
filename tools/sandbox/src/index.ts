export { DEFAULT_DIRECTORY } from './layout';
export { startSandbox, type RunningSandbox, type StartOptions, type StartResult } from './start';
export { stopSandbox, type StopResult } from './stop';
export { sandboxStatus, type SandboxStatus } from './status';
export type { SandboxValues } from './values';
export type { UnitView } from './unit-view';
