import type { ACCESS_CODES } from './catalogue/access';
import type { AUDIT_CODES } from './catalogue/audit';
import type { MIGRATION_LINT_CODES } from './catalogue/migration-lint';
import type { MIGRATION_DRIVER_CODES } from './catalogue/migration-drivers';
import type { MIGRATION_SUPABASE_CODES } from './catalogue/migration-drivers-supabase';
import type { MIGRATION_ENGINE_CODES } from './catalogue/migration-engine';
import type { IMAGE_VM_CODES } from './catalogue/image-vms';
import type { IMAGE_PROGRAM_CODES } from './catalogue/image-program';
import type { IMAGE_STORE_CODES } from './catalogue/image-store';
import type { IMAGE_DRIVER_CODES } from './catalogue/image-drivers';
import type { IMAGE_LAYER_CODES } from './catalogue/image-layers';
import type { DATABASE_CODES } from './catalogue/databases';
import type { CONTROLLER_CODES } from './catalogue/controller';
import type { HOST_CODES } from './catalogue/host';
import type { MANIFEST_CODES } from './catalogue/manifest';
import type { OPERATION_CODES } from './catalogue/operations';
import type { PLAN_CODES } from './catalogue/plan';
import type { PLUGIN_CODES } from './catalogue/plugin';
import type { PREFLIGHT_CODES } from './catalogue/preflight';
import type { ROLLBACK_CODES } from './catalogue/rollback';
import type { RSYNC_CODES } from './catalogue/rsync';
import type { SECRETS_CODES } from './catalogue/secrets';
import type { SERVICE_CODES } from './catalogue/service';
import type { SANDBOX_CODES } from './catalogue/sandbox';
import type { TRIAL_CODES } from './catalogue/trials';
import type { TRAFFIC_CODES } from './catalogue/traffic';

/** Every code that an {@link OpsError} may carry. A code once published is never reused for something else. */
export type ErrorCode =
  | (typeof ACCESS_CODES)[number]
  | (typeof AUDIT_CODES)[number]
  | (typeof CONTROLLER_CODES)[number]
  | (typeof DATABASE_CODES)[number]
  | (typeof MIGRATION_LINT_CODES)[number]
  | (typeof MIGRATION_DRIVER_CODES)[number]
  | (typeof MIGRATION_SUPABASE_CODES)[number]
  | (typeof MIGRATION_ENGINE_CODES)[number]
  | (typeof IMAGE_VM_CODES)[number]
  | (typeof IMAGE_PROGRAM_CODES)[number]
  | (typeof IMAGE_STORE_CODES)[number]
  | (typeof IMAGE_DRIVER_CODES)[number]
  | (typeof IMAGE_LAYER_CODES)[number]
  | (typeof HOST_CODES)[number]
  | (typeof MANIFEST_CODES)[number]
  | (typeof OPERATION_CODES)[number]
  | (typeof PLAN_CODES)[number]
  | (typeof PLUGIN_CODES)[number]
  | (typeof PREFLIGHT_CODES)[number]
  | (typeof ROLLBACK_CODES)[number]
  | (typeof RSYNC_CODES)[number]
  | (typeof SECRETS_CODES)[number]
  | (typeof SERVICE_CODES)[number]
  | (typeof SANDBOX_CODES)[number]
  | (typeof TRAFFIC_CODES)[number]
  | (typeof TRIAL_CODES)[number];
