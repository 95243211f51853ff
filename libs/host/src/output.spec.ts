import { escapeControl, lastLines, showCommand, Tail } from './output';

test('a tail keeps the end of a stream and cuts no character in two', () => {
  const tail = new Tail(5);
  for (const piece of ['one ', 'two ', 'ü€']) tail.push(Buffer.from(piece));

  expect(tail.text()).toBe('ü€');
  expect(tail.total).toBe(13);
});

test('a tail that nothing fell out of is whole', () => {
  const tail = new Tail(100);
  tail.push(Buffer.from('all of it'));

  expect(tail.text()).toBe('all of it');
});

test('what a terminal would obey is shown, not sent', () => {
  expect(escapeControl('\u001b[2Jgone\r\n\tkept')).toBe('\\x1b[2Jgone\\x0d\n\tkept');
});

test('a command is shown on one line, quoted only where it has to be', () => {
  expect(showCommand(['npm', 'ci', '--omit=dev', 'a b', "it's\n"])).toBe(
    String.raw`npm ci --omit=dev 'a b' 'it'\''s\n'`,
  );
});

test('of a program given as an argument only the title is shown', () => {
  expect(showCommand(['perl', '-e', '# place\nuse strict;\n1;\n2;\n', '--', '/opt'])).toBe(
    "perl -e '# place …' -- /opt",
  );
});

test('of long output the last lines are shown, stderr first; of none it says so', () => {
  const stdout = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n');

  expect(lastLines({ stdout, stderr: 'broken\n' }, 2)).toBe('  broken\n  line 38\n  line 39');
  expect(lastLines({ stdout: '', stderr: '' })).toBe('  Nothing written');
});
