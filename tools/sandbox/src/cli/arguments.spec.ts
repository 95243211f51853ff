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
    directoryGiven: true,
    hosts: 1,
    json: true,
    freePorts: true,
  });
});

test('real hosts are asked for by an option, one where no number is said', () => {
  expect(parseCommandLine(['--real'])).toMatchObject({ verb: 'real', hosts: 1, directoryGiven: false });
  expect(parseCommandLine(['--real', '--hosts=3'])).toMatchObject({ verb: 'real', hosts: 3 });
});

test.each([
  [['--real', 'start'], '"--real" takes no further words: start. Nothing was changed.'],
  [['--real', '--hosts', '0'], '--hosts 0 is no number of hosts. Nothing was changed.'],
  [['start', '--hosts', '2'], '--hosts is for --real alone. Nothing was changed.'],
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
