import { assertExpected, type ExpectedPlan } from './expect';
import type { TargetPlan } from './target-plan';

const plan = (target: string, hash: string, action = 'nothing') =>
  ({ target, hash, environment: 'production', hosts: [{ action }] }) as unknown as TargetPlan;
const idle = plan('web', 'p-web');
const api = plan('api', 'p-api', 'deploy');
const expected = (hashes: readonly string[], typedWith?: readonly string[]): ExpectedPlan => ({
  hashes,
  recall: (hash) => [api].find((one) => one.hash === hash),
  ...(typedWith ? { typedWith } : {}),
});
const codeOf = (one: TargetPlan, given: ExpectedPlan) => {
  try {
    assertExpected(one, given);
    return 'passes';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([
  ['its own hash passes', expected(['p-web'], []), 'passes'],
  ['one of several passes', expected(['p-api', 'p-web'], []), 'passes'],
  ['a hash of nothing that is known refuses', expected(['p-else'], []), 'PLAN_CHANGED'],
  ['the plan of a target that was not asked for refuses', expected(['p-api'], []), 'PLAN_NOT_GIVEN'],
  ['the plan of another that was asked for too passes', expected(['p-api'], ['api']), 'passes'],
])('a target that was asked for and has nothing to do: %s', (_, given, outcome) => {
  expect(codeOf(idle, given)).toBe(outcome);
});

test('what only comes before passes where it has nothing to do, and else needs its hash', () => {
  expect(codeOf(idle, expected(['p-else']))).toBe('passes');
  expect(codeOf(plan('web', 'p-web', 'deploy'), expected(['p-api']))).toBe('PLAN_NOT_GIVEN');
});
