import type { OpsError } from '@polydev/errors';

/** An explained error as Nx prints errors of plugins: the first line as a title, the others below; no stack, no advice to look for one. */
export const asNxError = (explained: OpsError): Error =>
  nxError(`[${explained.code}] ${explained.message}\nHint: ${explained.hint}`);

/** An error that Nx prints as it is. */
export const nxError = (text: string): Error => {
  const error = new Error(text);
  error.stack = '';
  return error;
};
