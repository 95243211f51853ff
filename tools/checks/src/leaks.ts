/** One line of the tree that must not be published. */
export interface Leak {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly text: string;
}

/**
 * What no file of the tree may hold. The lock file names no registry so that a clone installs from whichever one its
 * machine uses; paths of one machine help nobody else.
 */
const PATTERNS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "a package registry's host",
    pattern: /https?:\/\/[\w.-]*(?:registry|npm|yarnpkg|artifactory|nexus|verdaccio)[\w-]*\./i,
  },
  { what: 'a resolved download address', pattern: /"resolved":\s*"https?:/ },
  { what: 'a token for a registry', pattern: /_authToken\s*=\s*\S/ },
  { what: 'a path of one machine', pattern: /(?<![\w.}>)/-])\/(?:work|builds)\/\w/ },
  {
    what: "a path of one person's machine",
    pattern: /(?<![\w.}])\/(?:home|Users)\/(?!deploy\b|me\b|you\b|user\b|runner\b)[a-z]\w*\//i,
  },
  { what: 'a merge leftover', pattern: /^(?:<{7}|>{7}|\|{7})(?:\s|$)/ },
];

/** Every leak of one file's text, in the order of its lines. */
export const leaksIn = (file: string, text: string): readonly Leak[] =>
  text.split('\n').flatMap((content, index) =>
    PATTERNS.filter(({ pattern }) => pattern.test(content)).map(({ what }) => ({
      file,
      line: index + 1,
      what,
      text: content.trim().slice(0, 120),
    })),
  );

/** `file:line: what: the line's text`. */
export const describeLeak = ({ file, line, what, text }: Leak): string => `${file}:${line}: ${what}: ${text}`;
