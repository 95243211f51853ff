import { redacted, type Host } from '@polydev/host';

const LINES = '20';

/** The last lines a service wrote, where its restart command tells the systemd unit; empty where they can't be had. */
export const serviceLog = async (host: Host, restart: string | undefined): Promise<string> => {
  const unit = unitOf(restart ?? '');
  return unit === undefined ? '' : unitLog(host, unit);
};

/** The last lines that a unit wrote; empty where they can't be had. */
export const unitLog = async (host: Host, unit: string): Promise<string> => {
  const result = await host
    .exec(['journalctl', '--unit', unit, '--lines', LINES, '--no-pager', '--output', 'cat'], { timeoutMs: 5_000 })
    .catch(() => undefined);
  return result?.exitCode === 0 ? redacted(result, host).stdout.trimEnd() : '';
};

/** `sudo systemctl restart api` → `api` */
export const unitOf = (restart: string): string | undefined =>
  /\bsystemctl\s+(?:--\S+\s+)*(?:re)?(?:start|load)\s+(?:--\S+\s+)*([\w@.:-]+)/.exec(restart)?.[1];
