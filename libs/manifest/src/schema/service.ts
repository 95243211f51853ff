import { z } from 'zod';
import { duration, durationOrNone } from './duration';
import { choice, flag, list, optional, required, text, whole } from './leaves';

export const SERVICE_DEFAULTS = { type: 'notify', start_timeout: 30, stop_timeout: 30, hardening: true } as const;
export const TRAFFIC_DEFAULTS = {
  engine: 'haproxy',
  address: '0.0.0.0',
  drain_timeout: 30,
  keep_warm: 300,
  observe: 10,
  max_failed: '1%',
} as const;
export const ROLLING_DEFAULTS = { max_parallel: 1, pause: 0 } as const;

const error = 'should be a mapping';

/** Words that a unit file takes as they are: no line ends, which would begin another setting. */
const line = (expects: string) =>
  text(expects).refine((value) => !/[\n\r]|\\$/.test(value), {
    error: `should be ${expects} in one line, without a backslash at its end`,
  });

const absolute = () =>
  line('an absolute path on the host').refine((value) => value.startsWith('/'), {
    error: 'should be an absolute path on the host',
  });

const variableName = () =>
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'should be a name of letters, digits and `_`' });

const credentialName = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: 'should be a name of letters, digits, `.`, `_` and `-`' });

const account = () =>
  text('an account of the host').refine((value) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value), {
    error: 'should be an account of the host',
  });

export const unitName = () =>
  text('the name of a systemd unit').refine((value) => /^[\w@:.-]+\.(?:service|socket)$/.test(value), {
    error: 'should be the name of a systemd unit, such as `web.service`',
  });

const port = () => whole(1, 65_535);

export const serviceSchema = z.strictObject(
  {
    command: required(line('a command'), {
      description:
        'Command line of the service, run in the release’s directory. Its first word is a program of the PATH or an absolute path.',
      examples: ['node main.js'],
    }),
    port: optional(port(), {
      description:
        'Where it listens on the host’s loopback address (strategy `rolling`); it finds the number in `PORT`.',
      examples: [4000],
    }),
    socket: optional(flag(), {
      description:
        'Whether systemd holds the port and hands it over (socket activation), so that a restart refuses no connection. Left out = yes where there is a `port` and the strategy is `rolling`.',
      examples: [false],
    }),
    type: optional(choice(['notify', 'exec']), {
      description:
        '`notify` = it says itself when it is ready (`sd_notify`), and starting it waits for that; `exec` = it counts as started once it runs, and only the health check tells more.',
      default: SERVICE_DEFAULTS.type,
      examples: ['exec'],
    }),
    user: optional(account(), {
      description: 'Account it runs as; left out = one that systemd makes for it and that owns nothing else.',
      examples: ['www-data'],
    }),
    environment: optional(z.record(variableName(), line('text'), { error }), {
      description: 'Environment variables. They stand in the unit, which everybody on the host may read: no secrets.',
      examples: [{ NODE_ENV: 'production' }],
    }),
    environment_file: optional(absolute(), {
      description: 'File on the host with more environment variables; read by root, so its mode may be 0600.',
      examples: ['/etc/master-controller.env'],
    }),
    credentials: optional(z.record(credentialName(), absolute(), { error }), {
      description:
        'Files on the host that the service, and nobody else, finds under these names in `$CREDENTIALS_DIRECTORY`: for secrets.',
      examples: [{ database_password: '/etc/credstore/database_password' }],
    }),
    start_timeout: optional(duration(), {
      description: 'How long it may take until it is ready.',
      default: SERVICE_DEFAULTS.start_timeout,
      examples: ['1m'],
    }),
    stop_timeout: optional(duration(), {
      description: 'How long it may take to end its last requests after SIGTERM, before it is killed.',
      default: SERVICE_DEFAULTS.stop_timeout,
      examples: ['1m'],
    }),
    writable: optional(list(absolute(), 'absolute paths on the host'), {
      description: 'Where it may write beside its state directory (`$STATE_DIRECTORY`).',
      default: [],
      examples: [['/var/lib/uploads']],
    }),
    hardening: optional(flag(), {
      description:
        'Whether it is kept from all that a web service does not need: other files, devices, kernel settings.',
      default: SERVICE_DEFAULTS.hardening,
      examples: [false],
    }),
    memory_max: optional(
      text('an amount such as 512M').refine((value) => /^\d+[KMGT]?$/.test(value), {
        error: 'should be an amount such as 512M',
      }),
      { description: 'Memory beyond which it is killed.', examples: ['512M'] },
    ),
  },
  { error },
);

export const trafficSchema = z.strictObject(
  {
    engine: optional(choice(['haproxy']), {
      description: 'The traffic engine; each target has one of its own.',
      default: TRAFFIC_DEFAULTS.engine,
    }),
    port: required(port(), { description: 'Where it listens: the port that callers know.', examples: [80] }),
    address: optional(line('an address of the host'), {
      description: 'Address it listens on.',
      default: TRAFFIC_DEFAULTS.address,
      examples: ['127.0.0.1'],
    }),
    slots: optional(
      z.strictObject(
        {
          blue: required(port(), { description: 'Port of the slot blue.', examples: [4001] }),
          green: required(port(), { description: 'Port of the slot green.', examples: [4002] }),
        },
        { error },
      ),
      {
        description:
          'Ports on which the two slots listen, on the host’s loopback address. Left out = the two after `port`.',
        examples: [{ blue: 4001, green: 4002 }],
      },
    ),
    drain_timeout: optional(duration(), {
      description:
        'How long the release before may take to end its last requests; streams that never end are closed then.',
      default: TRAFFIC_DEFAULTS.drain_timeout,
      examples: ['1m'],
    }),
    keep_warm: optional(durationOrNone(), {
      description:
        'How long the release before stays running, for an instant rollback. 0 = it is stopped when drained.',
      default: TRAFFIC_DEFAULTS.keep_warm,
      examples: ['15m'],
    }),
    observe: optional(durationOrNone(), {
      description:
        'How long a new release is watched once it has the traffic, by what the engine counts. 0 = not at all.',
      default: TRAFFIC_DEFAULTS.observe,
      examples: ['30s'],
    }),
    max_failed: optional(
      text('a percentage such as 1%').refine((value) => /^\d{1,2}(?:\.\d+)?%$|^100%$/.test(value), {
        error: 'should be a percentage such as 1%',
      }),
      {
        description: 'Share of requests that may fail while it is watched; beyond it the deployment is taken back.',
        default: TRAFFIC_DEFAULTS.max_failed,
        examples: ['0.5%'],
      },
    ),
    takes_over: optional(unitName(), {
      description:
        'Unit that owns the port until the first blue-green deploy, which stops it for good. Nobody answers in between; how long that was is measured and said.',
      examples: ['web.service'],
    }),
  },
  { error },
);

const parallel = 'a number of hosts, or a percentage such as 25%';
const orParallel = { error: `should be ${parallel}` };
export const maxParallelSchema = z
  .union(
    [z.int(orParallel).min(1, orParallel).max(1000, orParallel), z.string().regex(/^(?:[1-9]\d?|100)%$/, orParallel)],
    orParallel,
  )
  .meta({ expects: parallel });

export type ServiceLayer = z.infer<typeof serviceSchema>;
export type TrafficLayer = z.infer<typeof trafficSchema>;
