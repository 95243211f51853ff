import type { KeyPath } from './problem';

/** What stands for `${name}`: the content of an environment's values file. */
export type Values = Readonly<Record<string, string | number>>;

const TOKEN = /\$\$\{|\$\{([A-Za-z_]\w*)\}/g;

/** Names of the variables in a text; `$${` is no variable, nor is what a shell alone understands (`${1}`, `${a:-b}`). */
export const variablesIn = (text: string): readonly string[] =>
  [...text.matchAll(TOKEN)].flatMap(([, name]) => (name === undefined ? [] : [name]));

export interface Interpolated {
  readonly data: unknown;
  /** Variables that have no value, and where they stand. */
  readonly unknown: readonly { readonly path: KeyPath; readonly name: string }[];
}

const inText = (text: string, values: Values): string | number => {
  const valueOf = (name: string): string | number | undefined =>
    Object.hasOwn(values, name) ? values[name] : undefined;
  const alone = /^\$\{([A-Za-z_]\w*)\}$/.exec(text)?.[1];
  const whole = alone === undefined ? undefined : valueOf(alone);
  if (whole !== undefined) return whole;
  return text.replace(TOKEN, (token, name: string | undefined) =>
    name === undefined ? '${' : String(valueOf(name) ?? token),
  );
};

/**
 * Replaces each `${name}` in every text below `data`; a text that is nothing but one variable takes the value's type.
 * What was put in is not looked at again. Keys are left alone.
 */
export const interpolate = (data: unknown, values: Values, path: KeyPath = []): Interpolated => {
  if (typeof data === 'string') {
    const unknown = variablesIn(data).filter((name) => !Object.hasOwn(values, name));
    return { data: inText(data, values), unknown: unknown.map((name) => ({ path, name })) };
  }
  if (typeof data !== 'object' || data === null) return { data, unknown: [] };
  const inner = Object.entries(data).map(([key, value]) => {
    const step = Array.isArray(data) ? Number(key) : key;
    return [key, interpolate(value, values, [...path, step])] as const;
  });
  const unknown = inner.flatMap(([, found]) => found.unknown);
  const replaced = inner.map(([key, found]) => [key, found.data] as const);
  return { data: Array.isArray(data) ? replaced.map(([, value]) => value) : Object.fromEntries(replaced), unknown };
};
