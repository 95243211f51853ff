export const OPERATION_CODES = ['ARTIFACT_MISSING'] as const;
