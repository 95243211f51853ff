import { matchTargets } from './match-targets';

const projects = ['api', '@acme/web', '@acme/agent', '@other/agent', 'frontend'].map((name) => ({ name }));
const match = (target: string) => {
  const { matched, problems } = matchTargets([target], projects);
  return matched[0]?.project.name ?? problems[0];
};

test.each([
  ['api', 'api'],
  ['@acme/web', '@acme/web'],
  ['web', '@acme/web'],
  ['agent', 'agent: @acme/agent and @other/agent both end in it; use the whole name'],
  ['fronted', 'fronted: there is no such project; did you mean `frontend`?'],
  ['webb', 'webb: there is no such project; did you mean `web`?'],
  ['database', 'database: there is no such project'],
])('the target %s is the project %s', (target, expected) => {
  expect(match(target)).toBe(expected);
});
