import type { TargetConfig } from '@polydev/manifest';
import { questionsFor } from './questions';

const target = (more: Partial<TargetConfig>): TargetConfig =>
  ({ name: 'api', path: '/opt/api', build: 'local', install: 'auto', sync: 'content', ...more }) as TargetConfig;
const asked = (...targets: TargetConfig[]) =>
  questionsFor(targets)
    .filter(({ usedBy }) => usedBy.length > 0)
    .map(({ kind, name, usedBy }) => `${kind} ${name}: ${usedBy.join(', ')}`);

it('names what each thing is for, once, however many need it', () => {
  expect(
    asked(
      target({ restart: 'systemctl restart api', postDeploy: 'bash /srv/done.sh' }),
      target({ name: 'web', path: '/opt/web', restart: 'systemctl restart web', install: { command: 'pnpm i' } }),
    ),
  ).toEqual([
    'command systemctl: restart of api, restart of web',
    'unit api: restart of api',
    'command bash: post_deploy of api',
    'script /srv/done.sh: post_deploy of api',
    'command pnpm: install of web',
    'unit web: restart of web',
  ]);
});

it('does not ask for a script that this run brings, but for one of a target that is not in the run', () => {
  const hook = target({ name: 'agent', path: '/opt/agent', postDeploy: 'bash /opt/api/scripts/build.sh' });
  expect(asked(hook, target({}))).toEqual(['command bash: post_deploy of agent']);
  expect(asked(hook)).toContain('script /opt/api/scripts/build.sh: post_deploy of agent');
});

it('asks for rsync where a target is synced with it, and for the build’s program only where the host builds', () => {
  expect(asked(target({ sync: 'rsync' }))).toEqual(['command rsync: sync: rsync of api']);
  expect(asked(target({ buildCommand: 'npm run build' }))).toEqual([]);
  expect(asked(target({ build: 'server', buildCommand: 'npm run build' }))).toEqual([
    'command npm: build_command of api',
  ]);
});
