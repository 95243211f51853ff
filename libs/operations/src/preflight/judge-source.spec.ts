import { judgeSource } from './judge-source';

const production = { name: 'production', protected: true, branch: 'main' };
const clean = { dirty: false, branch: 'main', sha: 'abc123f00' };

it.each([
  ['a clean tree on the right branch', production, clean, []],
  ['changes that are not committed', production, { ...clean, dirty: true }, ['error TREE_DIRTY']],
  ['another branch', production, { ...clean, branch: 'topic' }, ['error BRANCH_WRONG']],
  ['no branch at all', production, { dirty: false, sha: 'abc123f00' }, ['error BRANCH_WRONG']],
  ['both', production, { ...clean, dirty: true, branch: 'topic' }, ['error TREE_DIRTY', 'error BRANCH_WRONG']],
  [
    'an environment that is not protected',
    { name: 'sandbox', protected: false },
    { ...clean, dirty: true },
    ['note TREE_DIRTY'],
  ],
])('%s', (_, environment, head, expected) => {
  expect(judgeSource(environment, head).map(({ level, code }) => `${level} ${code}`)).toEqual(expected);
});
