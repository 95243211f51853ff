import { z } from 'zod';
import { databaseKeys } from './database';
import { duration, durationOrNone } from './duration';
import { goldenImageSchema } from './golden-image';
import { healthCheckSchema, healthMannerSchema } from './health-check';
import { choice, commandOr, list, optional, removable, text, webUrl, whole } from './leaves';
import { hostPath, innerPath } from './paths';
import { secretName } from './secret-name';
import { maxParallelSchema, ROLLING_DEFAULTS, serviceSchema, trafficSchema } from './service';

export const TARGET_DEFAULTS = {
  build: 'local',
  install: 'auto',
  shared: [],
  drop: [],
  secrets: [],
  keep: 5,
  strategy: 'rolling',
  rollback_on_failure: 'deployment',
  sync: 'content',
  golden_image_rebuild: 'auto',
  command_timeout: 600,
} as const;

/** Keys that also make sense for all targets at once. */
const settings = {
  build: optional(choice(['local', 'server']), {
    description:
      'Where `build_command` runs: `local` = here, as the Nx build target, cached; `server` = on the host, from the sources that were sent.',
    default: TARGET_DEFAULTS.build,
    examples: ['server'],
  }),
  build_command: removable(text('a command'), {
    description:
      'Command that builds the target. Needed with `build: server`; with `build: local` only where the project has no build target.',
    examples: ['npm run build'],
  }),
  install: optional(commandOr(['auto', 'none']), {
    description:
      'How production dependencies get onto the host: `auto` = by the lock file in the artifact, `none`, or a command. Runs only when package.json or the lock file changed.',
    default: TARGET_DEFAULTS.install,
    examples: ['npm ci --omit=dev --ignore-scripts'],
  }),
  restart: removable(text('a command'), {
    description: 'Command on the host that makes the new release serve.',
    examples: ['systemctl restart master-controller'],
  }),
  pre_deploy: removable(text('a command'), {
    description: 'Command on the host before anything of the target is changed; when it fails, nothing is.',
    examples: ['bash /opt/backup/before-deploy.sh'],
  }),
  post_deploy: removable(text('a command'), {
    description: 'Command on the host after the new release is healthy; when it fails, the deployment is taken back.',
    examples: ['bash /opt/master-controller/scripts/build-golden-snapshot-complete.sh'],
  }),
  shared: optional(list(innerPath('a path inside the release'), 'paths'), {
    description: 'Files and directories that outlive releases, linked into each. A slash at the end means a directory.',
    default: TARGET_DEFAULTS.shared,
    examples: [['.env', 'uploads/']],
  }),
  drop: optional(list(innerPath('a path or pattern inside the release'), 'paths'), {
    description:
      'What a directory found at `path` on the first deploy may hold and the release need not have: exact paths or patterns (`*.log`, `tmp/**`).',
    default: TARGET_DEFAULTS.drop,
    examples: [['*.log', 'tmp/**']],
  }),
  keep: optional(whole(1, 1000), {
    description: 'Releases kept besides the live one and the one before it, to go back to.',
    default: TARGET_DEFAULTS.keep,
    examples: [10],
  }),
  strategy: optional(choice(['rolling', 'blue-green']), {
    description:
      '`rolling` = each host is restarted in place. `blue-green` = the new release starts beside the old one, and traffic moves once it has proven healthy; needs `service` and `traffic`.',
    default: TARGET_DEFAULTS.strategy,
    examples: ['blue-green'],
  }),
  max_parallel: optional(maxParallelSchema, {
    description: 'Hosts that move at the same time: a number, or a percentage (rounded down, at least one).',
    default: ROLLING_DEFAULTS.max_parallel,
    examples: ['25%'],
  }),
  pause: optional(durationOrNone(), {
    description: 'Pause between two batches of hosts, in seconds or as `1m`.',
    default: ROLLING_DEFAULTS.pause,
    examples: ['30s'],
  }),
  rollback_on_failure: optional(
    z
      .literal([true, false, 'deployment', 'target', 'host'], {
        error: 'should be deployment, target, host, true or false',
      })
      .meta({ expects: 'deployment, target, host, true or false' }),
    {
      description:
        'What is taken back when the target fails: the whole `deployment` (`true` is the same), the `target` alone, only the `host` that failed, or nothing (`false`).',
      default: TARGET_DEFAULTS.rollback_on_failure,
      examples: ['target'],
    },
  ),
  sync: optional(choice(['content', 'rsync']), {
    description:
      'How files that differ get onto the host: as one stream, or with rsync (on both machines, over the same SSH connection), which sends only what differs within them. The release is the same.',
    default: TARGET_DEFAULTS.sync,
    examples: ['rsync'],
  }),
  golden_image_rebuild: optional(choice(['auto', 'manual']), {
    description: 'Whether a change of the target rebuilds the golden image by itself.',
    default: TARGET_DEFAULTS.golden_image_rebuild,
    examples: ['manual'],
  }),
  command_timeout: optional(duration(), {
    description: 'Longest that install, server build, restart and each hook may take, in seconds or as `10m`.',
    default: TARGET_DEFAULTS.command_timeout,
    examples: ['10m'],
  }),
};

const path = hostPath();
const pathMeta = {
  description:
    'Absolute path on the host at which the live release is found: a symlink that is swapped. No two targets may overlap.',
  examples: ['/opt/master-controller'],
  pattern: '^/',
};

const own = {
  artifact: removable(innerPath('a path inside the workspace'), {
    description:
      'Folder of the workspace that holds the built output. Left out = the one output of the project’s build target.',
    examples: ['apps/frontend/dist'],
  }),
  service: removable(serviceSchema, {
    description:
      'The systemd service that is generated for it (see “Service”); `setup` writes its units. Left out = the target has a unit of its own, or none, and `restart` says how it is started.',
    examples: [{ command: 'node main.js', port: 4000 }],
  }),
  traffic: removable(trafficSchema, {
    description: 'The traffic engine in front of the service (see “Traffic”).',
    examples: [{ port: 80 }],
  }),
  golden_image: removable(goldenImageSchema, {
    description:
      'Whether the target is the agent of a golden VM image (see “Golden image”). Left out = yes where its `post_deploy` runs `build-golden-snapshot-complete.sh`.',
    examples: [true],
  }),
  url: removable(webUrl(), {
    description: 'Where people reach it; shown after a deploy.',
    examples: ['https://app.example.com'],
  }),
  depends_on: optional(list(text('the name of a target'), 'targets'), {
    description: 'Targets deployed before this one. Others are found by themselves: see “Order”.',
    default: [],
    examples: [['database']],
  }),
  health_check: removable(healthCheckSchema, {
    description:
      'How to tell that the new release serves: an address, or a mapping (see “Health check”). `null` says that it is left out on purpose.',
    examples: ['http://localhost:4000/api/auth/health'],
  }),
  secrets: optional(list(secretName(), 'names'), {
    description:
      'Environment variables that are kept encrypted in `.env.<environment>.age` (see [Secrets](secrets.md)). A deploy puts them into a file on the host that its generated unit reads; a changed value is deployed anew.',
    default: TARGET_DEFAULTS.secrets,
    examples: [['SESSION_KEY', 'API_TOKEN']],
  }),
};

const error = 'should be a mapping';

/** Which of `path` and `migrations` it has, and that it has one of them, is for checks/kind.ts to say. */
export const targetSchema = z.strictObject(
  {
    path: optional(path, pathMeta),
    migrations: optional(innerPath('a path inside the workspace'), {
      description:
        'Directory of the workspace with SQL migrations. It makes the target a database: it has the keys of “Database” and no `path`.',
      examples: ['apps/database/supabase/migrations'],
    }),
    ...own,
    ...databaseKeys,
    ...settings,
  },
  { error },
);

/** A target's keys in an environment: each replaces the one of `targets`; `health_check` is merged key by key. */
export const overrideSchema = z.strictObject(
  { path: optional(path, pathMeta), ...own, ...databaseKeys, ...settings },
  { error },
);

export const defaultsSchema = z.strictObject(
  {
    ...settings,
    health_check: optional(healthMannerSchema, {
      description: 'Manner of every target’s health check.',
      examples: [{ timeout: '2m' }],
    }),
  },
  { error },
);

/** `migrations` stands below `targets` only. */
export type TargetLayer = z.infer<typeof targetSchema>;
export type DefaultsLayer = z.infer<typeof defaultsSchema>;
