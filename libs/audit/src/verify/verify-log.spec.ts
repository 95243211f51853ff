import { appendEntry, assertWhole, canonicalJson, endOfLog, isWhole, readEntry, verdictLines, verifyLog } from '..';
import { entryOf, LOG, logOf, textOf } from '../../testing/entries';
import { hashOfLine } from '../log/append';

const found = async (text: string, log = LOG) => (await verifyLog({ text, log })).problems;
const messages = async (text: string, log = LOG) => (await found(text, log)).map(({ message }) => message);
const { lines, heads, text } = logOf(5);
const without = (...numbers: number[]) => textOf(lines.filter((_, index) => !numbers.includes(index + 1)));
const replaced = (number: number, line: string) =>
  textOf(lines.map((one, index) => (index + 1 === number ? line : one)));
/** A line with other fields, and a hash that fits them. */
const forged = (number: number, fields: object): string => {
  const changed = { ...(JSON.parse(lines[number - 1]!) as Record<string, unknown>), ...fields };
  return canonicalJson({ ...changed, hash: hashOfLine(changed) });
};

it('finds nothing in a log that nobody touched', async () => {
  expect(await found(text)).toEqual([]);
  expect(await found('')).toEqual([]);
});

const CASES: [string, string, string[]][] = [
  [
    'an edited line',
    replaced(2, lines[1]!.replace('release-2', 'release-9')),
    ['Line 2 (entry 2) was edited: it is not what its hash was made of.'],
  ],
  [
    'a space more',
    replaced(2, lines[1]!.replace('{', '{ ')),
    ['Line 2 (entry 2) was edited: it is not what its hash was made of.'],
  ],
  [
    'a key that stands twice',
    replaced(2, lines[1]!.replace('{', '{"action":"rollback",')),
    ['Line 2 (entry 2) was edited: it is not what its hash was made of.'],
  ],
  [
    'an edited line with a hash that fits',
    replaced(2, forged(2, { after: 'release-9' })),
    ['Line 2 (entry 2) was replaced: entry 3 was written after another one.'],
  ],
  [
    'an edited first line with a hash that fits',
    replaced(1, forged(1, { prev: heads[0]!.hash })),
    [
      'Line 1 (entry 1) was replaced: it does not begin this log.',
      'Line 1 (entry 1) was replaced: entry 2 was written after another one.',
    ],
  ],
  ['a missing line', without(3), ['Entry 3 is missing, between line 2 and line 3.']],
  ['several missing lines', without(2, 3), ['Entries 2 to 3 are missing, between line 1 and line 2.']],
  ['a missing beginning', without(1, 2), ['Entries 1 to 2 are missing, before line 1.']],
  [
    'two holes',
    without(2, 4),
    ['Entry 2 is missing, between line 1 and line 2.', 'Entry 4 is missing, between line 2 and line 3.'],
  ],
  [
    'reordered lines',
    textOf([0, 2, 1, 3, 4].map((index) => lines[index]!)),
    ['Line 3 is entry 2, and stands after entry 3.'],
  ],
  ['a repeated line', textOf([...lines, lines[1]!]), ['Line 6 repeats line 2 (entry 2).']],
  [
    'two entries of one number',
    textOf([...lines, forged(2, { after: 'release-9' })]),
    ['Line 6 is another entry 2 than line 2.'],
  ],
  [
    'a line that is none',
    replaced(3, 'garbage'),
    ['Line 3 is no entry.', 'Entry 3 is missing, between line 2 and line 4.'],
  ],
  ['an empty line', textOf([...lines, '']), ['Line 6 is no entry.']],
  [
    'nesting that would overflow a stack',
    replaced(3, `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
    ['Line 3 is no entry.', 'Entry 3 is missing, between line 2 and line 4.'],
  ],
  [
    'a line of another log',
    textOf([...lines, logOf(1, 'production@web-2').lines[0]!]),
    ['Line 6 belongs to the log production@web-2, not to production@web-1.'],
  ],
];
it.each(CASES)('finds %s', async (_, tampered, expected) => {
  const problems = await found(tampered);
  expect(problems.map(({ message }) => message)).toEqual(expected);
  expect(problems.some(({ weight }) => weight === 'broken')).toBe(true);
});

it('finds every edit of any character, every lost line and every swap', async () => {
  const short = logOf(3);
  const edits = Array.from(
    short.text,
    (old, at) => `${short.text.slice(0, at)}${old === '0' ? '1' : '0'}${short.text.slice(at + 1)}`,
  );
  const [first = '', second = '', third = ''] = short.lines;
  const moved = [
    [second, third],
    [first, third],
    [second, first, third],
    [first, third, second],
    [third, second, first],
  ];
  const unseen: string[] = [];
  for (const changed of [...edits, ...moved.map(textOf)]) {
    const problems = await found(changed);
    if (!problems.some(({ weight }) => weight === 'broken')) unseen.push(changed);
  }
  // A character in the place of the last newline makes a half line of the last entry: only a head can tell of that.
  expect(unseen).toEqual([`${short.text.slice(0, -1)}0`]);
});

it('takes one log for no other', async () => {
  expect(await messages(text, 'production@web-2')).toHaveLength(5);
});

it('checks each of two logs that share a file on its own', async () => {
  const other = logOf(3, 'staging@web-1');
  const shared = (of: readonly string[]) =>
    textOf([other.lines[0]!, lines[0]!, lines[1]!, other.lines[1]!, ...of, other.lines[2]!]);
  const check = (file: string, log: string, others: string[]) => verifyLog({ text: file, log, others });
  const whole = shared(lines.slice(2));
  expect(await check(whole, LOG, ['staging@web-1'])).toMatchObject({ problems: [], entries: { length: 5 } });
  expect(await check(whole, 'staging@web-1', [LOG])).toMatchObject({ problems: [], entries: { length: 3 } });
  const cut = shared(lines.slice(3));
  expect((await check(cut, LOG, ['staging@web-1'])).problems.map(({ kind }) => kind)).toEqual(['missing']);
  expect((await check(cut, 'staging@web-1', [LOG])).problems).toEqual([]);
});

it('says that a half line at the end was never an entry', async () => {
  const torn = `${text}{"at":"2026-`;
  expect(await found(torn)).toEqual([
    {
      kind: 'half-line',
      weight: 'note',
      line: 6,
      message: 'Line 6 was not written to its end; it never was an entry.',
    },
  ]);
  expect(isWhole(await verifyLog({ text: torn, log: LOG }))).toBe(true);
});

it('goes on after a torn line, and the log is whole', async () => {
  const torn = `${text}{"at":"2026-`;
  const { line } = appendEntry(endOfLog(torn, LOG), entryOf());
  const verified = await verifyLog({ text: `${torn}\n${line}\n`, log: LOG });
  expect(verified.problems.map(({ kind, weight, line: at }) => [kind, weight, at])).toEqual([['torn', 'note', 6]]);
  expect(verdictLines(verified)).toEqual([
    'production@web-1 is whole (6 entries)',
    '  torn: Line 6 was torn when it was written; what stands around it belongs together.',
  ]);
});

it('takes a log whose very first line was torn for whole', async () => {
  const { line } = appendEntry(endOfLog('{"act', LOG), entryOf());
  expect((await found(`{"act\n${line}\n`)).map(({ kind }) => kind)).toEqual(['torn']);
});

it('goes on from the end of a file that is read from the middle of a line', () => {
  expect(endOfLog(text.slice(20), LOG)).toEqual(heads[4]);
  expect(endOfLog('', LOG)).toEqual({ log: LOG });
});

it('does not go on from a line of another log', () => {
  expect(endOfLog(text + logOf(9, 'production@web-2').text, LOG)).toEqual(heads[4]);
});

it('checks the place of entries of a newer version, and goes on after them', async () => {
  const place = { schema: 2, log: LOG, seq: 6, prev: heads[4]!.hash, at: '2026-11-27T10:00:00.000Z', mood: 'new' };
  const newer = `${text}${canonicalJson({ ...place, hash: hashOfLine(place) })}\n`;
  expect((await found(newer)).map(({ kind }) => kind)).toEqual(['newer']);
  expect((await found(newer.replace('mood', 'mode'))).map(({ kind }) => kind)).toEqual(['edited', 'newer']);
  const { line } = appendEntry(endOfLog(newer, LOG), entryOf());
  expect((await found(`${newer}${line}\n`)).map(({ kind }) => kind)).toEqual(['newer']);
});

it('refuses to write an entry that no reader would take', () => {
  expect(() => appendEntry({ log: LOG }, entryOf({ environment: '' }))).toThrow();
  expect(() => appendEntry({ log: LOG }, entryOf({ deployment: '../x' }))).toThrow();
  expect(() => appendEntry({ log: LOG }, { ...entryOf(), password: 'x' } as never)).toThrow();
});

it('cuts a reason that is longer than a line should be', async () => {
  const { line } = appendEntry({ log: LOG }, entryOf({ reason: 'x'.repeat(100_000) }));
  expect(readEntry(line)?.reason).toMatch(/^x{4095}…$/);
  expect(await found(`${line}\n`)).toEqual([]);
});

it('ends a check of a broken log with an error that names everything', async () => {
  const verified = await verifyLog({ text: without(2, 4), log: LOG });
  expect(() => assertWhole(verified)).toThrow(
    expect.objectContaining({
      code: 'AUDIT_BROKEN',
      message: expect.stringMatching(/log production@web-1 [^]*Entry 2 is missing[^]*Entry 4 is missing/),
    }),
  );
  expect(() => assertWhole({ ...verified, problems: [] })).not.toThrow();
});
