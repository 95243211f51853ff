import type { Document, LineCounter, Node, Pair, Scalar } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { KeyPath, Position } from './problem';

interface Entry {
  readonly key?: Node | undefined;
  readonly value: Node | undefined;
}

const asNode = (value: unknown): Node | undefined => (value === null ? undefined : (value as Node | undefined));

const keyText = (pair: Pair): string => (isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : '');

/** The entry of a mapping or list, looked for through aliases and merge keys (`<<`) too. */
const entryOf = (document: Document, node: Node | undefined, key: string | number): Entry | undefined => {
  const inside = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(inside)) return typeof key === 'number' ? { value: asNode(inside.items[key]) } : undefined;
  if (!isMap(inside)) return undefined;
  const own = inside.items.find((pair) => keyText(pair) === String(key));
  if (own !== undefined) return { key: asNode(own.key), value: asNode(own.value) };
  return inside.items
    .filter((pair) => keyText(pair) === '<<')
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
    .map((from) => entryOf(document, asNode(from), key))
    .find((entry) => entry !== undefined);
};

/** Nothing behind the colon; `null`, `~` and `''` are something. */
const isEmpty = ({ value, source }: Scalar): boolean => value === null && source === '';

/** A value on its key's line is pointed at; of a block that begins below, the key is. */
const pointedAt = ({ key, value }: Entry, part: 'key' | 'value'): Node | undefined => {
  const flow = (isMap(value) || isSeq(value)) && value.flow === true;
  const onOneLine = flow || isAlias(value) || (isScalar(value) && !isEmpty(value));
  return part === 'value' && onOneLine ? value : (key ?? value);
};

const positionOf = (node: Node | undefined, lines: LineCounter): Position => {
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
};

/** A parsed text and where its lines begin. */
interface Located {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Where the value (or the key) at a path stands; of what is missing, the nearest thing around it. Counted from 1. */
export const locate = ({ document, lines }: Located, path: KeyPath, part: 'key' | 'value'): Position => {
  let entry: Entry = { value: asNode(document.contents) };
  for (const key of path) {
    const next = entryOf(document, entry.value, key);
    if (next === undefined) return positionOf(pointedAt(entry, 'key'), lines);
    entry = next;
  }
  return positionOf(pointedAt(entry, part), lines);
};

const step = (parent: unknown, child: unknown): readonly (string | number)[] => {
  if (isSeq(parent)) return [parent.items.indexOf(child)];
  return isMap(parent) ? [keyText(child as Pair)] : [];
};

/** Paths with nothing behind the colon or dash: YAML reads null where a person meant to write something. */
export const emptyPaths = (document: Document): readonly KeyPath[] => {
  const paths: KeyPath[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || !isEmpty(node)) return;
      const steps: readonly unknown[] = [...ancestors, node];
      paths.push(steps.flatMap((parent, index) => step(parent, steps[index + 1])));
    },
  });
  return paths;
};
