import { lastLines } from './log';
import { complain, say, type Reply } from './reply';

const IGNORED = /^(--no-pager|--quiet|-q|--no-hostname|--utc|--full|-l|-e|-x|-b|-a|--all|--output=.*|-o.+|--boot)$/;

interface JournalCall {
  unit: string | undefined;
  lines: number;
}

function parse(args: readonly string[]): JournalCall | string {
  const call: JournalCall = { unit: undefined, lines: 1_000 };
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, option, attached] = /^(-[uno]|--unit|--lines|--output)(?:=?(.+))?$/s.exec(argument) ?? [];
    if (option === undefined && IGNORED.test(argument)) continue;
    if (option === undefined)
      return `journalctl: the sandbox's journalctl knows -u UNIT and -n LINES, not '${argument}'`;
    const value = attached ?? rest.shift() ?? '';
    if (option === '-u' || option === '--unit') call.unit = value.replace(/\.service$/, '');
    if (option === '-n' || option === '--lines') call.lines = Number(value);
  }
  return Number.isInteger(call.lines) ? call : `journalctl: the number of lines is no number`;
}

/** Runs `journalctl -u <unit> -n <lines>` over the sandbox's logs: the unit's own lines, oldest first. */
export function journalctl(args: readonly string[], logOf: (unit: string) => string): Reply {
  const call = parse(args);
  if (typeof call === 'string') return complain(call, 1);
  if (call.unit === undefined || call.unit.includes('/'))
    return complain("journalctl: the sandbox's journalctl needs -u UNIT", 1);
  const lines = lastLines(logOf(call.unit), call.lines);
  return say(lines.length > 0 ? lines.join('\n') : '-- No entries --');
}
