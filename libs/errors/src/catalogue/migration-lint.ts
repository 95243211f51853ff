export const MIGRATION_LINT_CODES = [] as const;
