import { stringify } from 'yaml';
import type { SchemaNode } from './json-schema';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** A value as YAML on one line. */
export const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0, singleQuote: true }).trim();

const kindOf = (node: SchemaNode): string => {
  if (node.expects !== undefined) return node.expects;
  const inner = node.anyOf?.find(({ type }) => type !== 'null');
  if (inner !== undefined) return kindOf(inner);
  return node.type === 'object' ? 'a mapping' : 'const' in node ? inline(node['const']) : (node.type ?? 'anything');
};

const isRemovable = (node: SchemaNode): boolean => node.anyOf?.some(({ type }) => type === 'null') === true;

const row = (name: string, node: SchemaNode, isRequired: boolean): readonly string[] => {
  const [example] = node.examples ?? [];
  return [
    `\`${name}\``,
    `${kindOf(node)}${isRemovable(node) ? ', or `null`' : ''}`,
    isRequired ? '**required**' : node.default === undefined ? '' : `\`${inline(node.default)}\``,
    node.description ?? '',
    example === undefined ? '' : `\`${name}: ${name === 'version' ? '1.0' : inline(example)}\``,
  ];
};

/** A table of a mapping's keys. */
export const keyTable = (node: SchemaNode): string =>
  table(
    ['key', 'what', 'default', 'description', 'example'],
    Object.entries(node.properties ?? {}).map(([name, property]) =>
      row(name, property, node.required?.includes(name) === true),
    ),
  );

export { table };
