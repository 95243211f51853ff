/** Reads what a step wrote to `GITHUB_OUTPUT` or `GITHUB_ENV`: `name=value`, or `name<<END`, lines and `END`. */
export const readCommands = (text: string): Record<string, string> => {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '') continue;
    const [, name = '', end = ''] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== '') {
      const last = lines.indexOf(end);
      if (last < 0) throw new Error(`The value of ${name} does not end with a line ${end}.`);
      values[name] = lines
        .splice(0, last + 1)
        .slice(0, -1)
        .join('\n');
      continue;
    }
    const at = line.indexOf('=');
    if (at < 1) throw new Error(`No line of the form name=value: ${line}`);
    values[line.slice(0, at)] = line.slice(at + 1);
  }
  return values;
};
