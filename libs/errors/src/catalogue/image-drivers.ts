export const IMAGE_DRIVER_CODES = [] as const;
