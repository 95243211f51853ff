export const IMAGE_STORE_CODES = [] as const;
