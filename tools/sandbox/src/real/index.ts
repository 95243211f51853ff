export { describeReal } from './describe-real';
export { openRealHosts, type RealHosts, type RealHostsOptions } from './open';
export type { CommandOptions, CommandResult } from './command';
export type { Disk, DiskLimit } from './disk';
export type { Forward } from './forwarding';
export type { RealHost } from './real-host';
export type { SshAccess } from './ssh-files';
export { realHostsRefusal } from './refusal';
