import { z } from 'zod';
import { manifestSchema } from '../schema/manifest';

/** A node of a JSON Schema, as far as we read it; `expects` is our own word for the reference. */
export interface SchemaNode {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly expects?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly additionalProperties?: SchemaNode | boolean;
}

/** The manifest as JSON Schema draft 7 (what YAML editors know), still with our `expects`. */
export const annotatedSchema = (): SchemaNode =>
  z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-7' }) as SchemaNode;

type Change = (node: SchemaNode) => SchemaNode;

const each = (value: unknown, change: Change): unknown => {
  if (Array.isArray(value)) return value.map((inner: unknown) => each(inner, change));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, below]) => [key, each(below, change)]));
  return change(inner);
};

const isSchema = (node: SchemaNode): boolean =>
  typeof node.type === 'string' || 'enum' in node || 'const' in node || 'anyOf' in node;

const PLACEHOLDER = { type: 'string', pattern: String.raw`\$\{[A-Za-z_]\w*\}` };

/** In an environment anything that is not plain text may be a variable until its value is put in; and nothing has a default there. */
const withVariables: Change = (node) => {
  const { default: _default, ...rest } = node;
  const isStrict = ['integer', 'number', 'boolean'].includes(String(node.type)) || 'enum' in node || 'pattern' in node;
  if (!isSchema(node)) return node;
  if (!isStrict) return rest;
  const { description, examples, ...strict } = rest;
  return {
    ...(description === undefined ? {} : { description }),
    ...(examples === undefined ? {} : { examples }),
    anyOf: [strict, PLACEHOLDER],
  };
};

/** `expects` is also the name of no key, so that every one of them is ours. */
const withoutExpects: Change = ({ expects: _expects, ...rest }) => rest;

/** The JSON Schema for editors, as text of a file. */
export const jsonSchemaText = (): string => {
  const { properties, ...rest } = annotatedSchema();
  const environments = each(properties?.['environments'], withVariables);
  const open = {
    title: 'Deployment manifest (.deploy.yaml)',
    ...rest,
    properties: { ...properties, environments },
  };
  return `${JSON.stringify(each(open, withoutExpects), undefined, 2)}\n`;
};
