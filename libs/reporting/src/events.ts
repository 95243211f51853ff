import type { OpsError } from '@polydev/errors';

/** What operations tell while they work. Facts only; how they look is the reporter's business. */
export type Event =
  | { readonly kind: 'headline'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string; readonly host?: string }
  | { readonly kind: 'warning'; readonly text: string; readonly host?: string; readonly hint?: string }
  /** One of several things that were looked at before a run begins. */
  | {
      readonly kind: 'finding';
      readonly level: 'note' | 'warning' | 'error';
      readonly code: string;
      readonly text: string;
      readonly host?: string;
      readonly hint?: string;
    }
  | {
      readonly kind: 'step';
      readonly state: 'started' | 'done' | 'failed' | 'undone' | 'undo-failed' | 'skipped';
      readonly step: string;
      readonly host: string;
      readonly durationMs?: number;
      readonly detail?: string;
    }
  | { readonly kind: 'error'; readonly error: OpsError; readonly host?: string }
  /** The end of an operation in a sentence. */
  | { readonly kind: 'outcome'; readonly ok: boolean; readonly text: string }
  | {
      readonly kind: 'table';
      readonly title?: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** The result of a command asked for with `--json`. */
  | { readonly kind: 'result'; readonly value: unknown };

export type Report = (event: Event) => void;
