/** A command line of systemctl, understood. */
export interface SystemctlCall {
  readonly verb: string;
  /** Names without `.service`. */
  readonly units: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly properties: readonly string[];
  readonly lines: number | undefined;
}

const SHORT: Readonly<Record<string, string>> = { '-q': '--quiet', '-a': '--all', '-l': '--full' };
const FLAGS: readonly string[] = [
  ...['--quiet', '--all', '--full', '--no-pager', '--no-block', '--now', '--value', '--system', '--no-legend'],
  ...['--plain', '--no-ask-password', '--no-reload', '--no-warn', '--force'],
];
const WITH_VALUE: Readonly<Record<string, string>> = {
  '-p': '--property',
  '-P': '-P',
  '-n': '--lines',
  '-t': '--type',
  '-o': '--output',
};
const LONG_WITH_VALUE: readonly string[] = ['--property', '--lines', '--type', '--output', '--job-mode', '--state'];

interface Parts {
  readonly words: string[];
  readonly flags: Set<string>;
  readonly values: [option: string, value: string][];
}

/** Splits options from words as getopt_long does; a text is the complaint about an option that is not known. */
function split(args: readonly string[]): Parts | string {
  const parts: Parts = { words: [], flags: new Set(), values: [] };
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const long = /^(--[^=]+)=(.*)$/s.exec(argument);
    const attached = /^(-[pPnto])(.+)$/s.exec(argument);
    const option = SHORT[argument] ?? WITH_VALUE[argument] ?? argument;
    if (argument === '--') return { ...parts, words: [...parts.words, ...rest] };
    if (!argument.startsWith('-')) parts.words.push(argument);
    else if (long && LONG_WITH_VALUE.includes(long[1] as string))
      parts.values.push([long[1] as string, long[2] as string]);
    else if (attached && !argument.startsWith('--'))
      parts.values.push([WITH_VALUE[attached[1] as string] as string, attached[2] as string]);
    else if (FLAGS.includes(option)) parts.flags.add(option);
    else if (option === '-P' || LONG_WITH_VALUE.includes(option)) parts.values.push([option, rest.shift() ?? '']);
    else return `systemctl: the sandbox's systemctl does not know the option '${argument}'`;
  }
  return parts;
}

/** Understands the arguments of systemctl; a text is what is wrong with them. */
export function parseSystemctl(args: readonly string[]): SystemctlCall | string {
  const parts = split(args);
  if (typeof parts === 'string') return parts;
  const { words, flags, values } = parts;
  const valuesOf = (...options: string[]) =>
    values.flatMap(([option, value]) => (options.includes(option) ? [value] : []));
  if (valuesOf('-P').length > 0) flags.add('--value');
  const lines = valuesOf('--lines').at(-1);
  if (lines === '0') flags.add('--no-log');
  return {
    verb: words[0] ?? 'list-units',
    units: words.slice(1).map((name) => name.replace(/\.service$/, '')),
    flags,
    properties: valuesOf('--property', '-P').flatMap((names) => names.split(',')),
    lines: lines === undefined ? undefined : Number(lines),
  };
}
