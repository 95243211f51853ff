import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, openLog, rotate } from './log';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polydev-sandbox-log-'));
  file = join(folder, 'a.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['a\nb\nc\n', 2, ['b', 'c']],
  ['a\n\nc', 5, ['a', '', 'c']],
  ['', 3, []],
  ['a\n', 0, []],
])('the last lines of %j, %i of them', (text, count, lines) => {
  writeFileSync(file, text);

  expect(lastLines(file, count)).toEqual(lines);
});

test('a log that does not exist has no lines', () => {
  expect(lastLines(file, 5)).toEqual([]);
});

test('the end of a log of many megabytes is read', () => {
  writeFileSync(file, `${'x'.repeat(99)}\n`.repeat(100_000));
  appendFileSync(file, 'the end\n');

  expect(lastLines(file, 2)).toEqual(['x'.repeat(99), 'the end']);
});

test('a log that has grown too big is put aside, and who holds it open goes on in the empty one', () => {
  const holder = openLog(file);
  writeSync(holder, 'x'.repeat(5_000_001));

  rotate(file);
  writeSync(holder, 'after\n');
  closeSync(holder);

  expect(readFileSync(file, 'utf8')).toBe('after\n');
  expect(statSync(`${file}.1`).size).toBe(5_000_001);
});

test('a log of ordinary size stays as it is', () => {
  writeFileSync(file, 'short\n');

  rotate(file);

  expect(readFileSync(file, 'utf8')).toBe('short\n');
});
