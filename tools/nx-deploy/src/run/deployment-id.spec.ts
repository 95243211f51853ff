import { deploymentIdSchema } from '@polydev/contract';
import { claimDeploymentId, deploymentId } from './deployment-id';

const AT = new Date('2026-11-24T08:15:30.123Z');
const SHA = 'abc123f6aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

test('an id tells time and commit, and may name a file', () => {
  expect(deploymentId(AT, SHA)).toBe('20261124T081530.123Z-abc123f');
  expect(deploymentIdSchema.parse(deploymentId(AT, SHA))).toBe('20261124T081530.123Z-abc123f');
});

test('two that ask in one millisecond get different ids', () => {
  const taken = new Set<string>();
  const claim = (id: string) => !taken.has(id) && Boolean(taken.add(id));
  const ids = [1, 2, 3].map(() => claimDeploymentId(AT, SHA, claim));
  expect(ids).toEqual(['20261124T081530.123Z-abc123f', '20261124T081530.124Z-abc123f', '20261124T081530.125Z-abc123f']);
});
