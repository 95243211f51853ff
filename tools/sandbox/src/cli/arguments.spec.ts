import { DEFAULT_DIRECTORY } from '../layout';
import { parseCommandLine } from './arguments';

test('without a folder the sandbox of this workspace is meant', () => {
  expect(parseCommandLine(['stop'])).toMatchObject({ verb: 'stop', directory: DEFAULT_DIRECTORY });
});

test('all options are understood', () => {
  const line = ['logs', 'polydev-frontend', '-n', '5', '--directory', '/tmp/x', '--json', '--free-ports'];

  expect(parseCommandLine(line)).toEqual({
    verb: 'logs',
    unit: 'polydev-frontend',
    lines: 5,
    directory: '/tmp/x',
    json: true,
    freePorts: true,
  });
});

test.each([
  [[], 'No verb was given. Nothing was changed.'],
  [['begin'], 'The sandbox knows no "begin". Nothing was changed.'],
  [['start', 'now'], '"start" takes no further words: now. Nothing was changed.'],
  [['logs', 'a', 'b'], '"logs" takes no further words: a b. Nothing was changed.'],
  [['logs', '--lines', 'x'], '--lines x is no number of lines. Nothing was changed.'],
])('%j is refused with the reason', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(
    expect.objectContaining({ code: 'SANDBOX_COMMAND_UNKNOWN', message }) as Error,
  );
});

test('an unknown option is refused with its name', () => {
  expect(() => parseCommandLine(['start', '--port', '1'])).toThrow("Unknown option '--port'");
});
