import { withEnvironment } from './own-commands';

const toTwin = withEnvironment('twin');

test.each([
  ['`nx run api:status` shows it.', '`npx nx run api:status -c twin` shows it.'],
  ['`npx nx run api:rollback --sha=<sha>`', '`npx nx run api:rollback -c twin --sha=<sha>`'],
  ['`npx nx run <target>:status` lists them', '`npx nx run <target>:status -c twin` lists them'],
  ['`npx nx run @acme/api:unlock --reason=…`', '`npx nx run @acme/api:unlock -c twin --reason=…`'],
  ['`npx nx run-many -t rollback --sha=abc123f`', '`npx nx run-many -t rollback -c twin --sha=abc123f`'],
  ['`nx run-many -p a,b --targets=deploy,status`', '`npx nx run-many -p a,b --targets=deploy,status -c twin`'],
  ['`nx run-many -t build deploy test -p a`', '`npx nx run-many -t build deploy test -c twin -p a`'],
  ['`nx affected -t deploy --base=main`', '`npx nx affected -t deploy -c twin --base=main`'],
  [
    'Do `git switch --detach abc && npx nx run api:deploy`, or `npx nx run api:recover`.',
    'Do `git switch --detach abc && npx nx run api:deploy -c twin`, or `npx nx run api:recover -c twin`.',
  ],
  ['`nx run api:plan && nx run api:deploy`', '`npx nx run api:plan -c twin && npx nx run api:deploy -c twin`'],
])('%s', (given, wanted) => {
  expect(toTwin(given)).toBe(wanted);
  expect(toTwin(wanted)).toBe(wanted);
});

test.each([
  '`npx nx run api:deploy -c twin --plan=p1`',
  '`npx nx run api:deploy --plan=p1 -c=other`',
  '`npx nx run api:deploy --configuration other`',
  '`npx nx run api:deploy:other`',
  '`npx nx run api:status --help`',
  '`npx nx run api:deploy-docs`',
  '`npx nx run-many -t test`',
  '`npx nx run-many -t test -p deploy`',
  '`ssh web-1 /usr/bin/nx run api:status`',
  'nx run api:status, which nobody is asked to type',
])('leaves %s as it is', (text) => {
  expect(toTwin(text)).toBe(text);
});

test('what is left to the default environment names none, and begins with npx all the same', () => {
  expect(withEnvironment(undefined)('`nx run api:status`, `nx run api:build --skip-nx-cache`')).toBe(
    '`npx nx run api:status`, `npx nx run api:build --skip-nx-cache`',
  );
});
