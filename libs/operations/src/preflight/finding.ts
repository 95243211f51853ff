import type { OpsError } from '@polydev/errors';
import type { Finding } from '../operations';

/** A situation of the user's as one finding among others; `more` is said after its hint. */
export const findingOf = (error: OpsError, host: string | undefined, more?: string): Finding => ({
  level: 'error',
  code: error.code,
  ...(host === undefined ? {} : { host }),
  message: error.message,
  hint: more === undefined ? error.hint : `${error.hint} ${more}`,
});
