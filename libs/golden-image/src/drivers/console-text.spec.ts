import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONSOLE_BYTES, hasWord, lastLines, readConsole, wholeLines } from './console-text';

describe('a console', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'console-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is empty before anything is written, has plain line ends, and is read up to a MiB', async () => {
    const file = join(folder, 'console.log');
    expect(await readConsole(file)).toBe('');
    writeFileSync(file, 'GUEST-INIT\r\nGUEST-WAITING\r\n');
    expect(await readConsole(file)).toBe('GUEST-INIT\nGUEST-WAITING\n');
    writeFileSync(file, 'x'.repeat(CONSOLE_BYTES + 1));
    expect(await readConsole(file)).toHaveLength(CONSOLE_BYTES);
  });

  it('shows its last lines without what would move a terminal’s cursor, and without empty ones', () => {
    expect(lastLines('one\n\n\x1b[2J\x1b[1;31mtwo\x07\n   \nthree  \n', 2)).toEqual(['two', 'three']);
  });

  it.each([
    ['AGENT-START\nAGENT-PROBE now=17957422340', 'AGENT-START\n'],
    ['AGENT-START\n', 'AGENT-START\n'],
    ['AGENT-ST', ''],
  ])('is believed as far as its lines are whole: %j', (text, whole) => {
    expect(wholeLines(text)).toBe(whole);
  });

  it.each([
    ['GUEST-INIT\n', true],
    ['boot\nGUEST-INIT', true],
    ['the agent says GUEST-INIT\n', false],
  ])('has a word where a line begins with it: %j', (text, has) => {
    expect(hasWord(text, 'GUEST-INIT')).toBe(has);
  });
});
