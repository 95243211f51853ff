/** Something on a host that a deploy needs. */
export interface Need {
  readonly kind: 'command' | 'sudo-command' | 'script' | 'unit';
  readonly name: string;
}

/**
 * What a command of the manifest's certainly needs before it begins: its program, also behind `sudo` or `env`, the
 * script an interpreter is given by an absolute path, and the units that systemctl is to restart. Only the first of
 * several commands is read, as it may bring what the next one needs, and of it only what no shell has to work out.
 * A relative path is left out: where it leads depends on the release. Pure.
 */
export const commandNeeds = (line: string): readonly Need[] => needsOf(firstCommand(line), false);

/** One word, or what ends a command. A word is quoted or plain, with nothing in it that a shell would replace. */
const TOKEN = /[ \t]*(?:(&&|\|\||[;&|\n])|((?:'[^']*'|"[^"$`\\]*"|[\w./+:=@%,^-])+)(?=[\s;&|]|$))/y;

/** These change the shell that runs the command and bring nothing: what comes after them is read. */
const PRELUDES: readonly string[] = ['cd', 'set', 'export', 'umask', 'ulimit', ':'];

const firstCommand = (line: string): readonly string[] => {
  const token = new RegExp(TOKEN);
  let words: string[] = [];
  for (let match = token.exec(line.trim()); match; match = token.exec(line.trim())) {
    const [, operator, word] = match;
    if (word !== undefined) words.push(word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
    else if ((operator === '&&' || operator === ';') && PRELUDES.includes(words[0] ?? '')) words = [];
    else break;
  }
  return words;
};

/** Programs that run another one, with those of their options that take the next word, and their own operands. */
const WRAPPERS: Readonly<Record<string, { readonly valued: readonly string[]; readonly operands: number }>> = {
  sudo: { valued: ['-u', '-g', '-h', '-p', '-C', '-r', '-t', '-T', '-U', '-D', '-R'], operands: 0 },
  env: { valued: ['-u', '-C'], operands: 0 },
  nice: { valued: ['-n'], operands: 0 },
  timeout: { valued: ['-s', '-k'], operands: 1 },
  nohup: { valued: [], operands: 0 },
  setsid: { valued: [], operands: 0 },
  exec: { valued: ['-a'], operands: 0 },
  command: { valued: [], operands: 0 },
};

const SHELLS: readonly string[] = ['sh', 'bash', 'dash', 'ksh', 'zsh', '.'];
const INTERPRETERS: readonly string[] = ['node', 'perl', 'python3', 'php', 'ruby'];

const needsOf = (given: readonly string[], sudo: boolean): readonly Need[] => {
  const words = withoutAssignments(given);
  const [name, ...rest] = words;
  if (name === undefined) return [];
  const base = name.split('/').at(-1) ?? name;
  const own: readonly Need[] = isRelative(name) ? [] : [{ kind: sudo ? 'sudo-command' : 'command', name }];
  const wrapper = WRAPPERS[base];
  if (wrapper) {
    const behind = withoutOptions(withoutAssignments(rest), wrapper.valued).slice(wrapper.operands);
    return [...own, ...needsOf(behind, sudo || base === 'sudo')];
  }
  return [...own, ...scriptOf(base, rest), ...(base === 'systemctl' ? unitsOf(rest) : [])];
};

const isRelative = (name: string): boolean => name.includes('/') && !name.startsWith('/');

const withoutAssignments = (words: readonly string[]): readonly string[] => {
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return start === -1 ? [] : words.slice(start);
};

const withoutOptions = (words: readonly string[], valued: readonly string[]): readonly string[] => {
  const [word, ...rest] = words;
  if (!word?.startsWith('-')) return words;
  if (word === '--') return rest;
  return withoutOptions(valued.includes(word) ? rest.slice(1) : rest, valued);
};

/** The script of an interpreter. Options of a shell take no word but `-c`, which gives a text; those of others may. */
const scriptOf = (interpreter: string, words: readonly string[]): readonly Need[] => {
  const after = SHELLS.includes(interpreter) ? words.slice(words.findIndex((word) => !word.startsWith('-'))) : words;
  const isText = words.slice(0, words.length - after.length).some((option) => /^-\w*c/.test(option));
  const [script] = SHELLS.includes(interpreter) || INTERPRETERS.includes(interpreter) ? after : [];
  return script?.startsWith('/') && !isText ? [{ kind: 'script', name: script }] : [];
};

const UNIT_VERBS = /^(re)?start$|^reload$|^(try-)?(reload-or-)?restart$/;

const unitsOf = (words: readonly string[]): readonly Need[] => {
  if (words.some((word) => word === '--user' || word.startsWith('-H') || word.startsWith('-M'))) return [];
  const [verb = '', ...units] = words.filter((word) => !word.startsWith('-'));
  return UNIT_VERBS.test(verb) ? units.map((name) => ({ kind: 'unit', name })) : [];
};
