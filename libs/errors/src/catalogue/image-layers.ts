export const IMAGE_LAYER_CODES = [] as const;
