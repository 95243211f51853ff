import { isOpsError } from '@polydev/errors';
import type { WithheldValues } from '@polydev/manifest';
import { type Report, rewording, terminalReporter } from '@polydev/reporting';
import { reportFor } from '../own-commands';
import { identityEnvironment } from '../secrets/identity';
import { askedConfiguration } from './environment';
import { inspect } from 'node:util';

/** What every task is given to work with. */
export interface TaskTools {
  readonly report: Report;
  /** Aborted when the user presses Ctrl-C or Nx ends the task. */
  readonly signal: AbortSignal;
}

/** What a task is given that may decrypt values. */
export interface TaskToolsWithSecrets extends TaskTools {
  /** From here on nothing is reported, whoever says it, that has one of these values in it. */
  readonly withhold: (values: WithheldValues) => void;
}

export interface TaskResult {
  readonly success: boolean;
}

/**
 * Runs a task and is the only place that catches what it throws: a situation of the user's is printed with its code
 * and hint; anything else is a bug of ours and keeps its stack.
 */
export const reportingErrors = async (
  options: { readonly json?: unknown },
  task: (tools: TaskToolsWithSecrets) => Promise<boolean>,
): Promise<TaskResult> => {
  identityEnvironment();
  const withheld: WithheldValues[] = [];
  const redact = (text: string): string => withheld.reduce((left, values) => values.redact(left), text);
  const terminal = terminalReporter({ json: String(options.json) === 'true' });
  const report = reportFor(askedConfiguration(), rewording(terminal, redact));
  const { signal, release } = abortOnSignals();
  try {
    return { success: await task({ report, signal, withhold: (values) => void withheld.push(values) }) };
  } catch (error) {
    if (isOpsError(error)) report({ kind: 'error', error });
    else printBug(error, redact);
    return { success: false };
  } finally {
    release();
  }
};

/** Nx answers Ctrl-C with SIGTERM, twice, and ends the process about five seconds later. */
const abortOnSignals = () => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  signals.forEach((name) => process.on(name, abort));
  return { signal: controller.signal, release: () => signals.forEach((name) => process.off(name, abort)) };
};

const printBug = (error: unknown, redact: (text: string) => string): void => {
  console.error(redact(error instanceof Error ? (error.stack ?? error.message) : inspect(error)));
  console.error('This is a bug in the deploy plugin, not something you did; please report it with the lines above.');
};
