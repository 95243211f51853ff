import { composeLiveTree } from './live-tree';

const files = (content: Record<string, string>) => new Map(Object.entries(content));
const owner = (file: string): string | undefined =>
  ['api', 'web', 'lib', 'tool'].find((name) => file.startsWith(`${name}/`));
const reaches = (file: string, project: string): boolean => [project, 'lib', undefined].includes(owner(file));
const compose = (
  newest: ReadonlyMap<string, string>,
  trees: Record<'api' | 'web', readonly (ReadonlyMap<string, string> | undefined)[]>,
) =>
  Object.fromEntries(
    composeLiveTree({
      targets: [
        { project: 'api', trees: trees.api },
        { project: 'web', trees: trees.web },
      ],
      relevance: { owner, reaches },
      newest,
      unlike: 'unlike',
    }),
  );

const one = files({ 'api/a': '1', 'web/w': '1', 'lib/l': '1', 'tool/t': '1', root: '1' });
const changed = (more: Record<string, string>) => files({ ...Object.fromEntries(one), ...more });

test('what all targets were built from is live as it is', () => {
  expect(compose(one, { api: [one], web: [one] })).toEqual(Object.fromEntries(one));
});

test.each([
  ['only the other target', { 'web/w': '2' }],
  ['nothing that any target depends on', { 'tool/t': '2' }],
  ['a file of the other target that is new', { 'web/new': '2' }],
])('an older target is up to date when %s changed since', (_, change) => {
  const newest = changed(change);
  expect(compose(newest, { api: [one], web: [newest] })).toEqual(Object.fromEntries(newest));
});

test.each([
  ['its own', { 'api/a': '2' }],
  ['its dependency’s', { 'lib/l': '2' }],
  ['the root’s', { root: '2' }],
  ['a new one of its dependency’s', { 'lib/new': '2' }],
])('an older target is behind when %s file changed since, and the others are not', (_, change) => {
  const newest = changed(change);
  expect(compose(newest, { api: [one], web: [newest] })).toEqual({ ...Object.fromEntries(newest), 'api/a': 'unlike' });
});

test('a target is behind when a file that it was built from is gone', () => {
  const newest = files({ 'api/a': '1', 'web/w': '1' });
  expect(compose(newest, { api: [one], web: [newest] })).toEqual({ 'api/a': 'unlike', 'web/w': '1' });
});

test('a target is behind when one of its hosts is', () => {
  const newest = changed({ 'api/a': '2' });
  expect(compose(newest, { api: [newest, one], web: [newest] })).toMatchObject({ 'api/a': 'unlike', 'web/w': '1' });
});

test('a target of unknown origin is behind, and takes no other along', () => {
  expect(compose(one, { api: [undefined], web: [one] })).toEqual({ ...Object.fromEntries(one), 'api/a': 'unlike' });
});
