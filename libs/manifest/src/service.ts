import type { RollingConfig, ServiceConfig, TargetConfig, TrafficConfig } from './config';
import { defined } from './defined';
import { toMilliseconds } from './schema/duration';
import type { ServiceLayer, TrafficLayer } from './schema/service';
import { ROLLING_DEFAULTS, SERVICE_DEFAULTS, TRAFFIC_DEFAULTS } from './schema/service';

/** A service with everything filled in. */
export const toService = (written: ServiceLayer, strategy: TargetConfig['strategy']): ServiceConfig =>
  defined({
    command: written.command,
    user: written.user,
    type: written.type ?? SERVICE_DEFAULTS.type,
    port: written.port,
    socket: written.socket ?? (written.port !== undefined && strategy === 'rolling'),
    environment: written.environment ?? {},
    environmentFile: written.environment_file,
    credentials: written.credentials ?? {},
    startTimeoutMs: toMilliseconds(written.start_timeout ?? SERVICE_DEFAULTS.start_timeout),
    stopTimeoutMs: toMilliseconds(written.stop_timeout ?? SERVICE_DEFAULTS.stop_timeout),
    writable: written.writable ?? [],
    hardening: written.hardening ?? SERVICE_DEFAULTS.hardening,
    memoryMax: written.memory_max,
  });

/** A traffic engine with everything filled in. */
export const toTraffic = (written: TrafficLayer): TrafficConfig =>
  defined({
    engine: written.engine ?? TRAFFIC_DEFAULTS.engine,
    address: written.address ?? TRAFFIC_DEFAULTS.address,
    port: written.port,
    slots: written.slots ?? { blue: written.port + 1, green: written.port + 2 },
    drainTimeoutMs: toMilliseconds(written.drain_timeout ?? TRAFFIC_DEFAULTS.drain_timeout),
    keepWarmMs: toMilliseconds(written.keep_warm ?? TRAFFIC_DEFAULTS.keep_warm),
    observeMs: toMilliseconds(written.observe ?? TRAFFIC_DEFAULTS.observe),
    maxFailedShare: parseFloat(written.max_failed ?? TRAFFIC_DEFAULTS.max_failed) / 100,
    takesOver: written.takes_over,
  });

/** How hosts follow each other, from `max_parallel` (a number, or text with %) and `pause`. */
export const toRolling = (
  parallel: number | string | undefined,
  pause: number | string | undefined,
): RollingConfig => ({
  maxParallel:
    typeof parallel === 'string'
      ? { percent: parseInt(parallel, 10) }
      : { hosts: parallel ?? ROLLING_DEFAULTS.max_parallel },
  pauseMs: toMilliseconds(pause ?? ROLLING_DEFAULTS.pause),
});
