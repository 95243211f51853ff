/** Options of what is foreign, told apart without being read: they may hold a password. */
export const digest = (options: string) => `coalesce(hashtextextended(array_to_string(${options}, ','), 0)::text, '')`;
