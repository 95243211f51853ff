import { appendEntry, type AuditEntry, type AuditHead, type LogEnd } from '../src';

/** An entry of a deployment, with what a test says otherwise. */
export const entryOf = (fields: Partial<AuditEntry> = {}): AuditEntry => ({
  at: '2026-11-27T10:00:00.000Z',
  who: { by: 'deployer@laptop' },
  action: 'deploy',
  environment: 'production',
  target: 'api',
  result: 'succeeded',
  ...fields,
});

export const LOG = 'production@web-1';

/** A log of so many deployments: its lines, and its head after each. */
export const logOf = (count: number, log = LOG) => {
  const lines: string[] = [];
  const heads: AuditHead[] = [];
  let end: LogEnd = { log };
  for (let seq = 1; seq <= count; seq++) {
    const { line, head } = appendEntry(end, entryOf({ deployment: `d${seq}`, after: `release-${seq}` }));
    lines.push(line);
    heads.push(head);
    end = head;
  }
  return { lines, heads, text: textOf(lines) };
};

export const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
