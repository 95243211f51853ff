import type { ServiceConfig, TargetConfig } from '@polydev/manifest';
import { targetLayout } from '../layout';
import { HARDENING } from './hardening';
import { unitNames } from './names';
import { literal, quoted, seconds, unitText, type Section, type Setting } from './unit-text';

export interface Unit {
  readonly name: string;
  readonly text: string;
}

/** Starts within a minute after which systemd gives a service up, until somebody starts it again. */
const STARTS_A_MINUTE = 5;

/** The service of a target that is restarted in place, and the socket that holds its port meanwhile. */
export const inPlaceUnits = (target: TargetConfig, service: ServiceConfig, stateDir: string): readonly Unit[] => {
  const units = unitNames(target.name);
  const socket: Section[] = [
    { name: 'Unit', settings: [['Description', `Port of ${target.name}`]] },
    {
      name: 'Socket',
      settings: [
        ['ListenStream', `127.0.0.1:${service.port ?? 0}`],
        ['Backlog', 4096],
        ['NoDelay', 'yes'],
      ],
    },
    { name: 'Install', settings: [['WantedBy', 'sockets.target']] },
  ];
  const unit = serviceUnit(target, service, {
    stateDir,
    before: [
      ['ConditionPathExists', literal(target.path)],
      ...(service.socket
        ? ([
            ['Requires', units.socket],
            ['After', units.socket],
          ] as const)
        : []),
    ],
    where: [
      ['WorkingDirectory', literal(target.path)],
      ...(service.port === undefined ? [] : ([['Environment', `PORT=${service.port}`]] as const)),
    ],
  });
  return [
    { name: units.service, text: unit },
    ...(service.socket ? [{ name: units.socket, text: unitText({ target: target.name, stateDir }, socket) }] : []),
  ];
};

/** The service of a target that runs in two slots, of which the slots' files say what and whether. */
export const slotUnits = (target: TargetConfig, service: ServiceConfig, stateDir: string): readonly Unit[] => {
  const units = unitNames(target.name);
  const slots = literal(targetLayout(stateDir, target.name).slots);
  const unit = serviceUnit(target, service, {
    stateDir,
    before: [['ConditionPathExists', `${slots}/%i.on`]],
    where: [
      ['WorkingDirectory', `${slots}/%i`],
      ['EnvironmentFile', `${slots}/%i.env`],
    ],
  });
  return [{ name: units.slotTemplate, text: unit }, ...retireUnits(target, slots, stateDir)];
};

/** What ends a slot when the time is over for which it was kept warm. */
const retireUnits = (target: TargetConfig, slots: string, stateDir: string): readonly Unit[] => {
  const units = unitNames(target.name);
  const timer: Section[] = [
    { name: 'Unit', settings: [['Description', `End of the time that slot %i of ${target.name} is kept warm`]] },
    {
      name: 'Timer',
      settings: [
        ['OnActiveSec', seconds(target.traffic?.keepWarmMs ?? 0)],
        ['AccuracySec', '1'],
        ['RemainAfterElapse', 'no'],
      ],
    },
  ];
  const retire: Section[] = [
    {
      name: 'Unit',
      settings: [
        ['Description', `Ends slot %i of ${target.name}, unless it is to run`],
        ['ConditionPathExists', `!${slots}/%i.on`],
      ],
    },
    {
      name: 'Service',
      settings: [
        ['Type', 'oneshot'],
        ['ExecStart', `systemctl stop polydev-${literal(target.name)}@%i.service`],
      ],
    },
  ];
  return [
    { name: units.retireTimerTemplate, text: unitText({ target: target.name, stateDir }, timer) },
    { name: units.retireServiceTemplate, text: unitText({ target: target.name, stateDir }, retire) },
  ];
};

interface Placed {
  readonly stateDir: string;
  /** What holds before it starts. */
  readonly before: readonly Setting[];
  /** Where it runs, and with which port. */
  readonly where: readonly Setting[];
}

const serviceUnit = (target: TargetConfig, service: ServiceConfig, { before, where, stateDir }: Placed): string =>
  unitText({ target: target.name, stateDir }, [
    {
      name: 'Unit',
      settings: [
        ['Description', `Service of ${target.name}`],
        ['Wants', 'network-online.target'],
        ['After', 'network-online.target'],
        ['StartLimitIntervalSec', 60],
        ['StartLimitBurst', STARTS_A_MINUTE],
        ...before,
      ],
    },
    {
      name: 'Service',
      settings: [
        ...runSettings(service),
        ...where,
        ...secretSettings(target, stateDir),
        ...accountSettings(target, service, stateDir),
      ],
    },
    { name: 'Install', settings: [['WantedBy', 'multi-user.target']] },
  ]);

const runSettings = (service: ServiceConfig): readonly Setting[] => [
  ['Type', service.type],
  ['NotifyAccess', service.type === 'notify' ? 'all' : undefined],
  ['ExecStart', commandOf(service.command)],
  ['Restart', 'on-failure'],
  ['RestartSec', 1],
  ['TimeoutStartSec', seconds(service.startTimeoutMs)],
  ['TimeoutStopSec', seconds(service.stopTimeoutMs)],
  ['KillMode', 'mixed'],
  // systemd does not tell a service how long it has; a service that knows ends its last requests before it is killed.
  ['Environment', `STOP_TIMEOUT=${seconds(service.stopTimeoutMs)}`],
  ...Object.entries(service.environment).map(([name, value]): Setting => ['Environment', quoted(`${name}=${value}`)]),
  ['EnvironmentFile', service.environmentFile && literal(service.environmentFile)],
  ...Object.entries(service.credentials).map(([name, path]): Setting => ['LoadCredential', `${name}:${literal(path)}`]),
  ['MemoryMax', service.memoryMax],
];

/** Decrypted values, where a deploy has placed them: read by systemd itself, which gives the service nothing else of it. */
const secretSettings = ({ name, secrets = [] }: TargetConfig, stateDir: string): readonly Setting[] =>
  secrets.length === 0 ? [] : [['EnvironmentFile', `-${literal(targetLayout(stateDir, name).secretsFile)}`]];

/** systemd wants an absolute path first; env(1) finds everything else. */
const commandOf = (command: string): string => `${command.startsWith('/') ? '' : '/usr/bin/env '}${literal(command)}`;

const accountSettings = (target: TargetConfig, service: ServiceConfig, stateDir: string): readonly Setting[] => [
  ...(service.user === undefined ? ([['DynamicUser', 'yes']] as const) : ([['User', service.user]] as const)),
  ['StateDirectory', `polydev-${literal(target.name)}`],
  ...(service.hardening ? HARDENING : []),
  ...(target.shared.length > 0
    ? ([['ReadWritePaths', `-${literal(targetLayout(stateDir, target.name).shared)}`]] as const)
    : []),
  ...service.writable.map((path): Setting => ['ReadWritePaths', quoted(path)]),
];
