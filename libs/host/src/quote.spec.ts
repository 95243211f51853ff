import { quote } from './quote';

test.each([
  [['ls'], `'ls'`],
  [['echo', ''], `'echo' ''`],
  [['echo', "it's"], String.raw`'echo' 'it'\''s'`],
  [['rm', '$(reboot); *\n'], `'rm' '$(reboot); *\n'`],
] as const)('%j becomes %s', (argv, line) => {
  expect(quote(argv)).toBe(line);
});

test('an argument that no process can be given is refused', () => {
  expect(() => quote(['echo', 'a\0b'])).toThrow(TypeError);
});
