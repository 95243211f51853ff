import { isOpsError } from '@polydev/errors';
import { type Report, terminalReporter } from '@polydev/reporting';
import { reportFor } from '../own-commands';
import { askedConfiguration } from './environment';

/** What every task is given to work with. */
export interface TaskTools {
  readonly report: Report;
  /** Aborted when the user presses Ctrl-C or Nx ends the task. */
  readonly signal: AbortSignal;
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
  task: (tools: TaskTools) => Promise<boolean>,
): Promise<TaskResult> => {
  const report = reportFor(askedConfiguration(), terminalReporter({ json: String(options.json) === 'true' }));
  const { signal, release } = abortOnSignals();
  try {
    return { success: await task({ report, signal }) };
  } catch (error) {
    if (isOpsError(error)) report({ kind: 'error', error });
    else printBug(error);
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

const printBug = (error: unknown): void => {
  console.error(error instanceof Error ? error.stack : error);
  console.error('This is a bug in the deploy plugin, not something you did; please report it with the lines above.');
};
