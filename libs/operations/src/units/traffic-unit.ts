import type { TargetConfig } from '@polydev/manifest';
import { targetLayout } from '../layout';
import { unitNames } from './names';
import type { Unit } from './service-units';
import { literal, quoted, unitText, type Setting } from './unit-text';

/** Name of the directory below `/run` in which the engine's two sockets lie. */
export const trafficRuntime = (target: string): string => `polydev-${target}-traffic`;

/**
 * The target's HAProxy. It runs as the account of Debian's package, in the group of the account that deploys: so that
 * one may use the runtime socket, and neither may write what is the other's.
 */
export const trafficUnit = (target: TargetConfig, stateDir: string, group: string): Unit => {
  const config = quoted(`${targetLayout(stateDir, target.name).traffic}/haproxy.cfg`);
  const runtime = literal(trafficRuntime(target.name));
  const text = unitText({ target: target.name, stateDir }, [
    {
      name: 'Unit',
      settings: [
        ['Description', `Traffic of ${target.name}`],
        ['Wants', 'network-online.target'],
        ['After', 'network-online.target'],
      ],
    },
    {
      name: 'Service',
      settings: [
        ['Type', 'notify'],
        ['User', 'haproxy'],
        ['Group', group],
        ['RuntimeDirectory', runtime],
        ['RuntimeDirectoryMode', '0750'],
        ['UMask', '0007'],
        ['ExecStartPre', `/usr/sbin/haproxy -c -f ${config}`],
        ['ExecStart', `/usr/sbin/haproxy -Ws -f ${config} -S /run/${runtime}/master.sock,mode,660`],
        ['ExecReload', '/bin/kill -USR2 $MAINPID'],
        ['Restart', 'always'],
        ['RestartSec', '0.1'],
        ['KillMode', 'mixed'],
        ['SuccessExitStatus', 143],
        ['LimitNOFILE', 65_536],
        ['AmbientCapabilities', 'CAP_NET_BIND_SERVICE'],
        ['CapabilityBoundingSet', 'CAP_NET_BIND_SERVICE'],
        ...HARDENING,
      ],
    },
    { name: 'Install', settings: [['WantedBy', 'multi-user.target']] },
  ]);
  return { name: unitNames(target.name).traffic, text };
};

/** The engine needs more than a service does, ports below 1024 for one; the rest is taken from it too. */
const HARDENING: readonly Setting[] = [
  ['NoNewPrivileges', 'yes'],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'read-only'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['LockPersonality', 'yes'],
];
