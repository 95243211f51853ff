import type { DeploymentRecord, TargetRecord } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import { movedTargets } from './take-back-moved';

const config = (name: string, rollbackOnFailure: TargetConfig['rollbackOnFailure']) =>
  ({ name, rollbackOnFailure }) as TargetConfig;
const part = (target: string, outcome: TargetRecord['outcome'], more: Partial<TargetRecord> = {}): TargetRecord => ({
  target,
  outcome,
  hosts: [],
  ...more,
});
const goingBack = (targets: readonly TargetRecord[], configs: readonly TargetConfig[]): readonly string[] => {
  const record: Pick<DeploymentRecord, 'outcome' | 'kind' | 'targets'> = {
    outcome: 'rolled-back',
    kind: 'deploy',
    targets: [...targets],
  };
  return movedTargets(record, configs).map(({ part: { target } }) => target);
};

test('a database that failed takes what was moved beside it back, and stays itself where it is', () => {
  const configs = [config('web', 'target')];
  expect(goingBack([part('db', 'stuck', { schema: {} }), part('web', 'moved')], configs)).toEqual(['web']);
});

test('a database that was migrated does not go back with what failed', () => {
  const configs = [config('web', 'deployment'), config('api', 'deployment')];
  const targets = [part('db', 'moved', { schema: {} }), part('api', 'moved'), part('web', 'taken-back')];
  expect(goingBack(targets, configs)).toEqual(['api']);
});
