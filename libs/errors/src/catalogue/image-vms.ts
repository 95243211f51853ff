export const IMAGE_VM_CODES = [] as const;
