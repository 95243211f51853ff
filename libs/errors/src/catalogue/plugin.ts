export const PLUGIN_CODES = ['OPTION_INVALID'] as const;
