/**
 * Name of the log of one host, `<state_dir>/audit.jsonl` there. What happens on no host (approvals, secrets, migrations)
 * stands in the log of every host of its environment.
 */
export const hostLog = (environment: string, host: string): string => `${environment}@${host}`;
