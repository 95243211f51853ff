/** A log with secrets masked as GitHub does: the whole of each, and each of its lines. */
export const maskIn = (log: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, ...secret.split('\n')])
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((masked, text) => masked.replaceAll(text, '***'), log);
