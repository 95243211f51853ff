import type { Report } from '@polydev/reporting';
import type { StepEvent } from '@polydev/runbook';

/** Tells the reporter what a run's steps do on one host. Steps that had nothing to do are not worth a line. */
export const reportSteps =
  (report: Report, host: string) =>
  ({ state, step, durationMs, detail }: StepEvent): void => {
    if (state === 'skipped') return;
    report({ kind: 'step', state, step, host, durationMs, ...(detail ? { detail } : {}) });
  };
