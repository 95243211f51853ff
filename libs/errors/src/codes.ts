import type { CONTROLLER_CODES } from './catalogue/controller';
import type { HOST_CODES } from './catalogue/host';
import type { MANIFEST_CODES } from './catalogue/manifest';
import type { OPERATION_CODES } from './catalogue/operations';
import type { PLUGIN_CODES } from './catalogue/plugin';
import type { SANDBOX_CODES } from './catalogue/sandbox';

/** Every code that an {@link OpsError} may carry. A code once published is never reused for something else. */
export type ErrorCode =
  | (typeof CONTROLLER_CODES)[number]
  | (typeof HOST_CODES)[number]
  | (typeof MANIFEST_CODES)[number]
  | (typeof OPERATION_CODES)[number]
  | (typeof PLUGIN_CODES)[number]
  | (typeof SANDBOX_CODES)[number];
