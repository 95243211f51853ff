import { isOpsError } from '@polydev/errors';
import { parseOptions } from './options';

const KINDS = { target: 'inferred', json: 'flag', limit: 'count' } as const;
const parse = (given: Record<string, unknown>) => parseOptions(KINDS, { task: 'api:status', given });
const problemsOf = (given: Record<string, unknown>): readonly string[] => {
  try {
    parse(given);
    return [];
  } catch (error) {
    if (!isOpsError(error, 'OPTION_INVALID')) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
};

test('options arrive with their types, however Nx passes them', () => {
  expect(parse({ target: 'api', json: true, limit: 20, __unparsed__: ['--json'] })).toEqual({
    target: 'api',
    json: true,
    limit: 20,
  });
  expect(parse({ json: 'true', limit: '20' })).toEqual({ json: true, limit: 20 });
  expect(parse({ json: 'false' })).toEqual({ json: false });
});

test.each([
  [{ limti: 3 }, '--limti: there is no such option; did you mean `--limit`?'],
  [{ sha: 1234567 }, '--sha: there is no such option'],
  [{ target2: 'x' }, '--target2: there is no such option'],
  [{ constructor: 'x' }, '--constructor: there is no such option'],
  [{ limit: 'abc' }, '--limit=abc: should be a whole number from 1 to 1000'],
  [{ limit: 0 }, '--limit=0: should be a whole number from 1 to 1000'],
  [{ limit: 2.5 }, '--limit=2.5: should be a whole number from 1 to 1000'],
  [{ limit: true }, '--limit: should be a whole number from 1 to 1000'],
  [{ limit: [1, 2] }, '--limit=[1,2]: should be a whole number from 1 to 1000'],
  [{ json: 'maybe' }, '--json=maybe: should be true or false'],
  [{ target: ['a', 'b'] }, '--target=["a","b"]: should be given once, as text'],
  [{ _: ['now'] }, 'now: it takes no arguments without a name'],
])('%j is refused: %s', (given, problem) => {
  expect(problemsOf(given)).toEqual([problem]);
});

test('everything that is wrong is said at once', () => {
  expect(problemsOf({ _: ['now'], limti: 3, json: 'x' })).toHaveLength(3);
});
