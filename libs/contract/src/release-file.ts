/**
 * Name of the file, at the root of every release, that tells a program which release it is. Not part of the artifact.
 * In a file of its own so that a program which only looks for it need not bundle the schemas.
 */
export const RELEASE_FILE = '.release.json';
