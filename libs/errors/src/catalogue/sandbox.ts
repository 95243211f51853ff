export const SANDBOX_CODES = ['SANDBOX_NOT_RUNNING'] as const;
