import type { ManifestProblem } from '@polydev/errors';
import type { Document } from 'yaml';
import { LineCounter, parseDocument, visit } from 'yaml';
import type { Complaint, KeyPath, Position } from './problem';
import { showPath } from './problem';
import { emptyPaths, locate } from './yaml-position';

/** A manifest's text as data, with the way back from a value to its line. */
export interface ManifestSource {
  /** Name for messages. */
  readonly file: string;
  /** What the YAML says, anchors and merge keys resolved; nothing about it has been checked. */
  readonly data: unknown;
  /** Where a value stands, or with `key` its key; of what is missing, the nearest thing around it. */
  readonly locate: (path: KeyPath, part?: 'key' | 'value') => Position;
}

export interface ReadSource {
  readonly source: ManifestSource;
  readonly problems: readonly ManifestProblem[];
  /** Whether the text could be understood as YAML; where not, `source.data` is undefined. */
  readonly readable: boolean;
}

/** A complaint with its line and column. */
export const problemAt = (source: ManifestSource, { path, part, message }: Complaint): ManifestProblem => ({
  path: showPath(path),
  ...source.locate(path, part),
  message,
});

const ENDLESS: ManifestProblem = {
  path: '',
  line: 1,
  column: 1,
  message: 'its aliases (*name) do not end, or make it too large to read',
};
const EMPTY = 'has no value; write one, or leave the key out';

const sentence = (code: string, message: string): string => {
  if (code === 'DUPLICATE_KEY') return 'this key stands here for the second time; only one of them can count';
  if (code === 'MULTIPLE_DOCS') return 'a manifest is one YAML document, and a second one begins here';
  return `not valid YAML: ${message}`;
};

const syntaxProblems = (document: Document, lines: LineCounter): readonly ManifestProblem[] => {
  const problems: ManifestProblem[] = [];
  const add = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ path: '', line: Math.max(line, 1), column: Math.max(col, 1), message });
  };
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) add(pos[0], sentence(code, message));
  visit(document, {
    Alias(_key, alias) {
      const known = alias.resolve(document) !== undefined;
      if (!known) add(alias.range?.[0] ?? 0, `not valid YAML: no anchor &${alias.source} stands before this alias`);
    },
  });
  return problems;
};

/** Anchors can build what is no tree (a list inside itself) or too large to hold; then there is no data. */
const treeOf = (document: Document): { readonly data: unknown } | undefined => {
  try {
    const data: unknown = document.toJS();
    JSON.stringify(data);
    return { data };
  } catch {
    return undefined;
  }
};

/** Reads YAML 1.2 (https://yaml.org/spec/1.2.2/) with merge keys; never throws for what a user wrote. */
export const readSource = (text: string, file: string): ReadSource => {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const syntax = syntaxProblems(document, lines);
  const repeated = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY').length;
  const tree = syntax.length === repeated ? treeOf(document) : undefined;
  const source: ManifestSource = {
    file,
    data: tree?.data,
    locate: (path, part = 'value') => locate({ document, lines }, path, part),
  };
  if (tree === undefined) return { source, problems: syntax.length > 0 ? syntax : [ENDLESS], readable: false };
  const empty = emptyPaths(document).map((path) => problemAt(source, { path, part: 'key', message: EMPTY }));
  return { source, problems: [...syntax, ...empty], readable: true };
};
