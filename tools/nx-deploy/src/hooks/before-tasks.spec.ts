import { beforeTasks } from './before-tasks';

/** As Nx's plugin process does it (23.2.1): a wrapper around the environment notices what the hook sets. */
const asNxAsks = async (id: string): Promise<Record<string, string>> => {
  const updates: Record<string, string> = {};
  const around = process.env;
  process.env = new Proxy(around, {
    set: (target, name: string, value: string) => {
      target[name] = value;
      updates[name] = value;
      return true;
    },
  });
  await beforeTasks({
    id,
    argv: ['node', 'nx', 'run', `${id}:deploy`],
    workspaceRoot: '/nowhere',
    nxJsonConfiguration: {},
  });
  process.env = around;
  return { ...updates };
};

const environment = process.env;
const before = { ...environment };
afterEach(() => {
  process.env = environment;
  Object.keys(environment)
    .filter((name) => !(name in before))
    .forEach((name) => Reflect.deleteProperty(environment, name));
});

test('runs that Nx asks about in one breath have a name each', async () => {
  const [first, second, third] = await Promise.all([asNxAsks('1'), asNxAsks('2'), asNxAsks('3')]);
  expect([first.POLYDEV_RUN, second.POLYDEV_RUN, third.POLYDEV_RUN]).toEqual([
    expect.stringMatching(/^1-/),
    expect.stringMatching(/^2-/),
    expect.stringMatching(/^3-/),
  ]);
});

test('a run that is refused keeps nobody from his turn', async () => {
  const refused = beforeTasks({
    id: '1',
    argv: ['node', 'nx', 'run', 'web:deploy', '--dryrn'],
    workspaceRoot: '/nowhere',
    nxJsonConfiguration: {},
  });
  const next = asNxAsks('2');
  await expect(refused).rejects.toThrow();
  expect((await next).POLYDEV_RUN).toMatch(/^2-/);
});
