/** What a thrown value says, for a log line or a person. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
