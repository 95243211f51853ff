import type { ExecutorContext } from '@nx/devkit';
import { refuseTypedOptions, typedDeploys } from './typed-tasks';

const OPTIONS = { target: 'inferred', json: 'flag', 'dry-run': 'flag', plan: 'text' } as const;
const executor = (project: string) => ({
  data: { targets: { deploy: { executor: '@polydev/nx-deploy:deploy', options: { target: project } } } },
});
/** web needs db; what follows a project's name was typed for it. */
const context = (typed: Readonly<Record<string, readonly string[]>>): ExecutorContext => {
  const task = (project: string) => ({
    id: `${project}:deploy`,
    target: { project, target: 'deploy' },
    overrides: {
      ...Object.fromEntries((typed[project] ?? []).map((word) => word.slice(2).split('='))),
      __overrides_unparsed__: typed[project] ?? [],
    },
  });
  return {
    taskGraph: {
      tasks: { 'web:deploy': task('web'), 'db:deploy': task('db') },
      dependencies: { 'web:deploy': ['db:deploy'], 'db:deploy': [] },
    },
    projectGraph: { nodes: { web: executor('web'), db: executor('db') } },
  } as unknown as ExecutorContext;
};
const namesOf = (typed: Readonly<Record<string, readonly string[]>>) =>
  typedDeploys(context(typed)).map(({ target }) => target);

test('typed is what nothing else needs, and what Nx gave options to', () => {
  expect(namesOf({})).toEqual(['web']);
  expect(namesOf({ web: ['--plan=p1'] })).toEqual(['web']);
  expect(namesOf({ web: ['--plan=p1'], db: ['--plan=p1'] })).toEqual(['web', 'db']);
});

test('any deploy of a run refuses what one that was typed will refuse, in its words', () => {
  expect(() => refuseTypedOptions(OPTIONS, context({ web: ['--force=1'] }))).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('web:deploy was not run') }),
  );
  expect(() => refuseTypedOptions(OPTIONS, context({ web: ['--plan=p1', '--json=true'] }))).not.toThrow();
});
