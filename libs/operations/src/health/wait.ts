import { setTimeout as sleep } from 'node:timers/promises';
import { healthCheckFailed, unitFellOver } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { HealthCheckConfig } from '@polydev/manifest';
import { proveProcess, type ExpectedProcess } from './process';
import { unitState } from '../units/systemctl';
import { probe, type ProbeResult } from './probe';
import { serviceLog, unitLog } from './service-log';

export interface WaitInput {
  readonly host: Host;
  readonly check: HealthCheckConfig;
  readonly signal: AbortSignal;
  /** Who has to answer; any answer counts when it is left out. */
  readonly expected?: { readonly release: string; readonly process?: ExpectedProcess };
  /** Restart command, by which the service's own log is found when it does not become healthy. */
  readonly restart?: string;
  /** The generated unit that the service is, by which its log is found; it is not waited for once it gave up. */
  readonly unit?: string;
}

export interface Healthy {
  readonly detail: string;
  /** Why it could not be proven that the new release answered, if it could not. */
  readonly doubt?: string;
}

/**
 * Waits until the check passes as many times running as it asks for, with answers from the expected release. Throws
 * HEALTH_CHECK_FAILED with what was seen last and the service's last log lines once the check's time is over.
 */
export const waitUntilHealthy = async (input: WaitInput): Promise<Healthy> => {
  const { host, check, signal } = input;
  const began = Date.now();
  let successes = 0;
  let seen = 'no answer yet';
  while (Date.now() - began < check.timeoutMs) {
    signal.throwIfAborted();
    const result = await probe(host, check, signal);
    const identity = result.ok ? await identify(input, result) : undefined;
    seen = identity?.wrong ?? result.seen;
    successes = identity && !identity.wrong ? successes + 1 : 0;
    if (identity && successes >= check.successes) {
      return { detail: `${check.url} ${result.seen}`, ...(identity.doubt ? { doubt: identity.doubt } : {}) };
    }
    if (input.unit !== undefined && identity === undefined) await assertUp(host, input.unit);
    await sleep(Math.min(check.intervalMs, successes > 0 ? 100 : check.intervalMs), undefined, { signal });
  }
  throw healthCheckFailed({
    host: host.name,
    url: check.url,
    seconds: check.timeoutMs / 1000,
    wanted: `status ${check.status}${check.body ? ` with ${JSON.stringify(check.body)}` : ''}`,
    seen,
    log: await (input.unit === undefined ? serviceLog(host, input.restart) : unitLog(host, input.unit)),
  });
};

/** A unit that systemd had to start again, or that gave up, will not become healthy by waiting. */
const assertUp = async (host: Host, unit: string): Promise<void> => {
  const state = await unitState(host, unit);
  if (state.words.startsWith('failed') || state.restarts > 0)
    throw unitFellOver({ host: host.name, unit, ...state, log: await unitLog(host, unit) });
};

interface Identity {
  /** What answered instead, in a phrase. */
  readonly wrong?: string;
  readonly doubt?: string;
}

/** Whether an answer is from the release we wait for: by what it says, else by the process that listens. */
const identify = async ({ host, check, expected }: WaitInput, result: ProbeResult): Promise<Identity> => {
  if (!expected) return {};
  if (result.release === expected.release) return {};
  if (result.release !== undefined) return { wrong: `release ${result.release} still answers (${result.seen})` };
  return expected.process ? proveProcess(host, check.url, expected) : {};
};
