import { lockHeld } from '@polydev/errors';
import { createReporter, type Event } from './index';

const render = (events: readonly Event[], json = false) => {
  const lines = { result: [] as string[], progress: [] as string[] };
  const report = createReporter({
    json,
    result: (text) => void lines.result.push(text),
    progress: (text) => void lines.progress.push(text),
  });
  events.forEach(report);
  return lines;
};

const HELD = lockHeld({ target: 'api', host: 'web-1', by: 'ana@laptop' });

it('prints a step as one line when it ends, with its host and time', () => {
  const { progress } = render([
    { kind: 'step', state: 'started', step: 'place release', host: 'web-1' },
    { kind: 'step', state: 'done', step: 'place release', host: 'web-1', durationMs: 1840, detail: '5 files' },
  ]);
  expect(progress).toEqual(['✓ place release                 web-1  1.8s  5 files']);
});

it('prints an error as code, message and hint, never a stack', () => {
  const [text] = render([{ kind: 'error', error: HELD }]).progress;
  expect(text).toMatch(/^\[LOCK_HELD\] api on web-1 is being changed by ana@laptop\. Nothing was changed\.\nHint: /);
  expect(text).not.toContain('at ');
});

it('prints findings so that notes, warnings and errors cannot be taken for each other, each with its remedy', () => {
  const { progress } = render([
    { kind: 'finding', level: 'note', code: 'NOTE', text: 'A password is used.', hint: 'Use a key.' },
    {
      kind: 'finding',
      level: 'warning',
      code: 'DISK_LOW',
      text: 'web-1 is nearly full.',
      host: 'web-1',
      hint: 'Free\nsome.',
    },
    { kind: 'finding', level: 'error', code: 'TREE_DIRTY', text: 'Not\ncommitted.', host: 'web-2', hint: 'Commit.' },
  ]);
  expect(progress).toEqual([
    '  A password is used.\n  Use a key.',
    '! warning  [DISK_LOW] web-1 is nearly full.\n           Free\n           some.',
    '✗ error    [TREE_DIRTY] Not\n           committed.  (web-2)\n           Commit.',
  ]);
});

it('does not let a host write to the terminal', () => {
  const { progress } = render([{ kind: 'note', text: 'red\u001b[31m \rover\u202e' }]);
  expect(progress[0]).toBe('  red\\x1b[31m \\x0dover\\x202e');
});

it('keeps a JSON result alone on standard output, and events as JSON lines beside it', () => {
  const { result, progress } = render(
    [
      { kind: 'error', error: HELD },
      { kind: 'result', value: { a: 1 } },
    ],
    true,
  );
  expect(result).toEqual(['{"a":1}']);
  expect(JSON.parse(progress[0]!)).toMatchObject({ kind: 'error', code: 'LOCK_HELD' });
});

it('aligns a table', () => {
  const { progress } = render([
    {
      kind: 'table',
      columns: ['target', 'sha'],
      rows: [
        ['a', 'abc'],
        ['long-name', 'd'],
      ],
    },
  ]);
  expect(progress[0]).toBe('target     sha\na          abc\nlong-name  d');
});
