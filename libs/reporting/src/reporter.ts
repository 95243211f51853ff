import type { OpsError } from '@polydev/errors';
import type { Event, Report } from './events';
import { formatTable } from './table';
import { printable } from './printable';

export interface ReporterOptions {
  /** Where a command's result goes. */
  readonly result: (text: string) => void;
  /** Where progress goes. */
  readonly progress: (text: string) => void;
  /** One JSON object a line instead of text for people. */
  readonly json?: boolean;
  readonly colour?: boolean;
}

/** Turns events into lines: for people, or as JSON lines with stable names. */
export const createReporter = (options: ReporterOptions): Report =>
  options.json ? jsonReporter(options) : textReporter(options);

/** The reporter of a command: results to standard output, progress to standard output too for people, to standard error beside JSON. */
export const terminalReporter = (options: { readonly json?: boolean } = {}): Report =>
  createReporter({
    json: options.json ?? false,
    colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    result: (text) => void process.stdout.write(`${text}\n`),
    progress: (text) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`),
  });

const jsonReporter =
  ({ result, progress }: ReporterOptions): Report =>
  (event) => {
    if (event.kind === 'result') return result(JSON.stringify(event.value));
    if (event.kind !== 'error') return progress(JSON.stringify(event));
    const { code, message, hint } = event.error;
    return progress(
      JSON.stringify({ kind: 'error', code, message, hint, ...(event.host ? { host: event.host } : {}) }),
    );
  };

const textReporter = ({ result, progress, colour = false }: ReporterOptions): Report => {
  const paint = colour ? ansi : plain;
  return (event) => {
    const text = textOf(event, paint);
    if (text !== undefined) (event.kind === 'result' ? result : progress)(text);
  };
};

type Paint = (style: keyof typeof STYLES, text: string) => string;
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
const ansi: Paint = (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m`;
const plain: Paint = (_, text) => text;

const textOf = (event: Event, paint: Paint): string | undefined => {
  switch (event.kind) {
    case 'headline':
      return paint('bold', printable(event.text));
    case 'note':
      return `  ${printable(event.text)}${hostOf(event)}`;
    case 'warning':
      return `${paint('yellow', '! warning')}  ${printable(event.text)}${hostOf(event)}${event.hint ? `\n           ${printable(event.hint)}` : ''}`;
    case 'finding':
      return findingText(event, paint);
    case 'step':
      return stepLine(event, paint);
    case 'error':
      return errorText(event.error, paint, event.host);
    case 'outcome':
      return `${event.ok ? paint('green', '✓') : paint('red', '✗')} ${paint('bold', printable(event.text))}`;
    case 'table':
      return `${event.title ? `${paint('bold', event.title)}\n` : ''}${formatTable(event.columns, event.rows)}`;
    case 'result':
      return undefined;
  }
};

const hostOf = (event: { readonly host?: string }): string => (event.host ? `  (${event.host})` : '');

const LEVELS = { note: ['', ''], warning: ['yellow', '! warning  '], error: ['red', '✗ error    '] } as const;

/** The code, the text, and below it what to do about it; a note is a line like any other. */
const findingText = (event: Extract<Event, { kind: 'finding' }>, paint: Paint): string => {
  const [style, mark] = LEVELS[event.level];
  const host = event.host !== undefined && !event.text.includes(event.host) ? hostOf(event) : '';
  const indent = `\n${' '.repeat(mark.length || 2)}`;
  const said = printable(event.text).replaceAll('\n', indent);
  const hint = event.hint ? `${indent}${printable(event.hint).replaceAll('\n', indent)}` : '';
  return style === '' ? `  ${said}${host}${hint}` : `${paint(style, mark)}[${event.code}] ${said}${host}${hint}`;
};

const MARKS = { done: '✓', skipped: '-', failed: '✗', undone: '↩', 'undo-failed': '✗' } as const;

const stepLine = (event: Extract<Event, { kind: 'step' }>, paint: Paint): string | undefined => {
  // A line that could only be replaced on a terminal; the end of the step says it all.
  if (event.state === 'started') return undefined;
  const bad = event.state === 'failed' || event.state === 'undo-failed';
  const word = event.state === 'done' ? event.step : `${event.step}: ${event.state}`;
  const time = event.durationMs === undefined || event.durationMs === 0 ? '' : `  ${seconds(event.durationMs)}`;
  const detail = event.detail ? `  ${paint('dim', printable(event.detail))}` : '';
  return `${paint(bad ? 'red' : 'green', MARKS[event.state])} ${word.padEnd(28)}  ${event.host}${time}${detail}`;
};

const seconds = (ms: number): string => (ms < 100 ? `${ms}ms` : `${(ms / 1000).toFixed(1)}s`);

/** An explained error as text: code and message, then the hint. */
export const errorText = (error: OpsError, paint: Paint = plain, host?: string): string =>
  [
    `${paint('red', `[${error.code}]`)} ${printable(error.message)}${host ? `  (${host})` : ''}`,
    `${paint('bold', 'Hint:')} ${printable(error.hint)}`,
  ].join('\n');
