import { OpsError } from '../ops-error';

export const TRAFFIC_CODES = [
  'TRAFFIC_ENGINE_DOWN',
  'TRAFFIC_CONFIG_INVALID',
  'TRAFFIC_MOVE_FAILED',
  'RELEASE_FAILED_UNDER_TRAFFIC',
] as const;

/** The traffic engine's runtime socket does not answer. `state` is a sentence on what that leaves. */
export const trafficEngineDown = (facts: { host: string; unit: string; socket: string; why: string; state: string }) =>
  new OpsError(
    'TRAFFIC_ENGINE_DOWN',
    `The traffic engine ${facts.unit} on ${facts.host} does not answer on ${facts.socket}: ${facts.why}. ${facts.state}`,
    `Ask on the host: \`systemctl status ${facts.unit}\` and \`journalctl -u ${facts.unit}\`; once it runs, the same command goes on.`,
  );

/** HAProxy refuses the configuration that was to be put in place; `words` are its own, escaped. */
export const trafficConfigInvalid = (facts: { host: string; file: string; words: string; target: string }) =>
  new OpsError(
    'TRAFFIC_CONFIG_INVALID',
    `HAProxy on ${facts.host} refuses the configuration for ${facts.target}:\n${facts.words}\n` +
      `${facts.file} stays as it was, and traffic was not moved.`,
    `Check \`traffic\` of ${facts.target} in .deploy.yaml, and that \`haproxy -v\` on the host says 2.6 or newer.`,
  );

/** The traffic engine answered, and did not do what it was told. `words` say what it shows instead. */
export const trafficMoveFailed = (facts: { host: string; unit: string; what: string; words: string }) =>
  new OpsError(
    'TRAFFIC_MOVE_FAILED',
    `The traffic engine ${facts.unit} on ${facts.host} did not take the change (${facts.what}): ${facts.words}. ` +
      `Its configuration stays as it was; both slots go on running.`,
    `Restart it on the host, \`systemctl restart ${facts.unit}\`, which brings back what its configuration says, and run the same command again.`,
  );

/** A release that was healthy failed requests once it had them. */
export const releaseFailedUnderTraffic = (facts: {
  host: string;
  target: string;
  slot: string;
  requests: number;
  failed: number;
  seconds: number;
  kinds: string;
}) =>
  new OpsError(
    'RELEASE_FAILED_UNDER_TRAFFIC',
    `The new release of ${facts.target} on ${facts.host} (slot ${facts.slot}) failed ${facts.failed} of ${facts.requests} ` +
      `requests within ${facts.seconds} s of getting traffic: ${facts.kinds}. It has the traffic until that is moved back.`,
    'Find the cause in the log of the service, mend it, and deploy again; `traffic.max_failed` in .deploy.yaml says how much may fail.',
  );
