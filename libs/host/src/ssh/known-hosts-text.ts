import { concerns } from './known-hosts';

/** A host's key as a line of a known_hosts file says it. */
export interface HostKeyLine {
  /** See `lookupName`. */
  readonly name: string;
  readonly type: string;
  readonly key: string;
}

/**
 * A known_hosts text with a host's key added; with `replace`, in place of all others that are known of it. A line that
 * names other hosts too keeps their names. Lines with patterns (`*`) and with markers stay as they are. Pure.
 */
export const withHostKey = (
  text: string,
  { name, type, key }: HostKeyLine,
  { replace = false }: { readonly replace?: boolean } = {},
): string => {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const kept = replace ? lines.flatMap((line) => withoutName(line, name)) : lines;
  return [...kept, `${name} ${type} ${key}`, ''].join('\n');
};

/** A line without one of its names; nothing where that was the only one. */
const withoutName = (line: string, name: string): readonly string[] => {
  const [, indent = '', hosts = '', rest = ''] = /^(\s*)(\S+)(.*)$/.exec(line) ?? [];
  if (hosts === '' || hosts.startsWith('#') || hosts.startsWith('@') || !concerns(hosts, name)) return [line];
  if (hosts.startsWith('|1|')) return [];
  const others = hosts.split(',').filter((host) => host.toLowerCase() !== name);
  return others.length === 0 ? [] : [`${indent}${others.join(',')}${rest}`];
};
