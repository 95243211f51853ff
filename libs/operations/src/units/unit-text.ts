/** One setting of a unit file; undefined and false ones are left out. */
export type Setting = readonly [name: string, value: string | number | undefined];

export interface Section {
  readonly name: 'Unit' | 'Service' | 'Socket' | 'Timer' | 'Install';
  readonly settings: readonly Setting[];
}

/** Whose a unit is; it stands in its first line. */
export interface Owner {
  readonly target: string;
  readonly stateDir: string;
}

/** The text of a unit file (systemd.syntax(7)), with a first line that says where it comes from. */
export const unitText = ({ target, stateDir }: Owner, sections: readonly Section[]): string =>
  [
    `# Generated for the target ${target}, whose state is in ${stateDir}. Its \`setup\` task writes this file anew.`,
    ...sections.flatMap(({ name, settings }) => [
      '',
      `[${name}]`,
      ...settings.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])),
    ]),
    '',
  ].join('\n');

/** Text in which systemd finds no specifier: `%` is doubled (systemd.unit(5), "Specifiers"). */
export const literal = (text: string): string => text.replaceAll('%', '%%');

/** A value as one word, in quotes (systemd.syntax(7), "Quoting"). */
export const quoted = (text: string): string => `"${literal(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** Seconds, as systemd reads them without a unit of time. */
export const seconds = (ms: number): string => String(ms / 1000);
