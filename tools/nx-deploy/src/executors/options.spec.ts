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

const TEXTS = { sha: 'text', reason: 'text', 'dry-run': 'flag' } as const;
const texts = (given: Record<string, unknown>) => parseOptions(TEXTS, { task: 'api:rollback', given });

test.each([
  [{ sha: 'abc123f', __unparsed__: ['--sha=abc123f'] }, 'abc123f'],
  [{ sha: 1234567, __unparsed__: ['--sha=1234567'] }, '1234567'],
  [{ sha: 123450000000, __unparsed__: ['--sha', '12345e7'] }, '12345e7'],
  [{ sha: 123, __unparsed__: ['--sha=0000123'] }, '0000123'],
  [{ sha: Infinity, __unparsed__: ['--sha=1e999999'] }, '1e999999'],
])('a SHA is taken as it was typed: %j', (given, sha) => {
  expect(texts(given)).toEqual({ sha });
});

test('a text may be a number’s look-alike, hold spaces, and must be there', () => {
  expect(texts({ reason: 500, __unparsed__: ['--reason=500'] })).toEqual({ reason: '500' });
  expect(texts({ reason: 'login fails', __unparsed__: ['--reason', 'login fails'] })).toEqual({
    reason: 'login fails',
  });
  expect(() => texts({ reason: true, __unparsed__: ['--reason'] })).toThrow(
    '--reason: should be given once, with a value',
  );
  expect(() => texts({ sha: ['a', 'b'], __unparsed__: ['--sha=a', '--sha=b'] })).toThrow('--sha: should be given once');
});

test('an option with a dash is the same however Nx writes it', () => {
  expect(texts({ dryRun: true })).toEqual({ 'dry-run': true });
  expect(texts({ 'dry-run': 'true' })).toEqual({ 'dry-run': true });
});

test('a flag that may have a value has it as it was typed', () => {
  const word = (given: Record<string, unknown>) =>
    parseOptions({ repair: 'word' } as const, { task: 'db:migrate', given }).repair;
  expect(word({ repair: true, __unparsed__: ['--repair'] })).toBe(true);
  expect(word({ repair: 'drifted:20261101000001', __unparsed__: [] })).toBe('drifted:20261101000001');
  expect(word({ repair: 20261101000001, __unparsed__: ['--repair=20261101000001'] })).toBe('20261101000001');
  expect(() => word({ repair: ['a', 'b'] })).toThrow('--repair: should be given once, with a value or without');
});
