import type { Setting } from './unit-text';

/**
 * What is taken from a service that only serves: other users' files, devices, the kernel's settings. Tried with Node 20
 * on systemd 252. Two settings of the usual lists are missing or changed, as Node dies of them: MemoryDenyWriteExecute
 * (its compiler writes code), and SystemCallFilter without @pkey.
 */
export const HARDENING: readonly Setting[] = [
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'read-only'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectProc', 'invisible'],
  ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX AF_NETLINK'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['LockPersonality', 'yes'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service @pkey'],
  ['SystemCallErrorNumber', 'EPERM'],
  ['UMask', '0027'],
];
