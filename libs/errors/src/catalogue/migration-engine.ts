export const MIGRATION_ENGINE_CODES = [] as const;
