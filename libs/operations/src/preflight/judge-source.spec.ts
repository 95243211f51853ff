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

const on = (kind: 'yes' | 'no' | 'shallow') => ({ kind, remote: 'origin' }) as const;
it.each([
  ['on the remote’s branch', on('yes'), false, []],
  ['on a branch that is merely called so', on('no'), false, ['error COMMIT_NOT_ON_BRANCH']],
  ['in a shallow clone', on('shallow'), false, ['error CLONE_SHALLOW']],
  [
    'with a remote that does not answer',
    { kind: 'unknown', why: 'no route', remote: 'origin' } as const,
    false,
    ['error ORIGIN_UNKNOWN'],
  ],
  ['in an emergency', on('no'), true, ['warning COMMIT_NOT_ON_BRANCH']],
])('a commit %s', (_, onBranch, emergency, expected) => {
  const found = judgeSource(production, clean, { onBranch, emergency });
  expect(found.map(({ level, code }) => `${level} ${code}`)).toEqual(expected);
  expect(found.every(({ hint }) => hint !== '')).toBe(true);
});

it('takes no tree with changes in an emergency either', () => {
  const found = judgeSource(production, { ...clean, dirty: true, branch: 'topic' }, { emergency: true });
  expect(found.map(({ level, code }) => `${level} ${code}`)).toEqual(['error TREE_DIRTY', 'warning BRANCH_WRONG']);
});

it('asks nothing of the remote where the environment is not protected', () => {
  expect(judgeSource({ name: 'lab', protected: false }, clean, { onBranch: on('no') })).toEqual([]);
});
