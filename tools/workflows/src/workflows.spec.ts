import { readFileSync } from 'node:fs';
import { WORKFLOW_FILES, workflowPath } from '../testing/workflows';
import { lint } from './lint';
import { breaches } from './rules';
import { readWorkflow } from './workflow';

jest.setTimeout(120_000);

describe('the workflows of this repository', () => {
  it('are three', () => {
    expect([...WORKFLOW_FILES].sort()).toEqual(['ci.yml', 'deploy.yml', 'rollback.yml']);
  });

  it.each(WORKFLOW_FILES)('%s: GitHub’s linter finds nothing', async (file) => {
    expect(await lint(file, readFileSync(workflowPath(file), 'utf8'))).toEqual([]);
  });

  it.each(WORKFLOW_FILES)('%s breaks none of our rules', async (file) => {
    expect(breaches(await readWorkflow(workflowPath(file)))).toEqual([]);
  });
});

describe('GitHub’s linter', () => {
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['a key that there is not', 'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    stepz: []\n', /stepz/],
    [
      'a job that needs one that there is not',
      'on: push\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-24.04\n    steps: [{ run: ls }]\n',
      /b/,
    ],
    [
      'a context that there is not',
      'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{ run: "echo ${{ gitub.sha }}" }]\n',
      /gitub/,
    ],
    ['YAML that is none', 'on: push\nconcurrency: {group: a-${{ github.ref }}}\njobs: {}\n', /./],
  ];

  it.each(wrong)('finds %s', async (_name, text, message) => {
    expect((await lint('wrong.yml', text)).join('\n')).toMatch(message);
  });
});
