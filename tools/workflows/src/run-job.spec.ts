import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJob, type RanStep, type Runner } from './run-job';
import { runWorkflow, type Trigger } from './run-workflow';
import { parseText } from './workflow';

const PIN = '@0123456789abcdef0123456789abcdef01234567';

const TOY = `
on: push
env:
  LEVEL: workflow
  NUMBER: \${{ vars.NUMBER }}
jobs:
  make:
    runs-on: ubuntu-24.04
    env:
      LEVEL: job
    outputs:
      made: \${{ steps.make.outputs.made }}
    steps:
      - uses: actions/checkout${PIN}
        with:
          fetch-depth: 0
      - name: make
        id: make
        run: |
          cat greeting.txt
          echo "made=$LEVEL-$NUMBER" >> "$GITHUB_OUTPUT"
          echo "LATER=from before" >> "$GITHUB_ENV"
          echo "# done" >> "$GITHUB_STEP_SUMMARY"
        env:
          LEVEL: step
      - name: later
        run: echo "$LATER, $LEVEL, \${{ steps.make.outputs.made }}, \${{ github.sha }}"
  tell:
    needs: make
    runs-on: ubuntu-24.04
    steps:
      - name: tell
        run: |
          echo "it is $KEY"
          echo "$KEY" | grep second
          echo "$MADE" | grep -c step-7
          false
          echo never
        env:
          KEY: \${{ secrets.KEY }}
          MADE: \${{ needs.make.outputs.made }}
      - name: not reached
        run: echo never
      - name: always reached
        if: always()
        run: echo reached
      - name: after a failure
        if: failure() && env.LEVEL == 'workflow'
        run: echo mended
  after:
    needs: tell
    runs-on: ubuntu-24.04
    steps:
      - run: echo never
`;

describe('a workflow that is run for real', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'polydev-workflow-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const runner = (): Runner => ({
    workspace: join(folder, 'checkout'),
    temp: join(folder, 'temp'),
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    actions: {
      'actions/checkout': async ({ workspace, with: { 'fetch-depth': depth = '' } }) => {
        mkdirSync(workspace, { recursive: true });
        writeFileSync(join(workspace, 'greeting.txt'), `hello ${depth}\n`);
      },
    },
  });
  const trigger: Trigger = {
    github: { event_name: 'push', ref: 'refs/heads/main', sha: 'abc123f' },
    vars: { NUMBER: 7 },
    secrets: { KEY: 'first line\nsecond line\n' },
  };
  const runToy = async (text: string) => {
    const workflow = await parseText('toy.yml', text);
    const ran: Record<string, readonly RanStep[]> = {};
    const results = await runWorkflow({
      workflow,
      trigger,
      runJob: async (job, contexts) => {
        const one = await runJob({ workflow, job, runner: { ...runner(), temp: join(folder, job.id) } }, contexts);
        ran[job.id] = one.ran;
        return one;
      },
    });
    return { results, ran };
  };

  it('does its steps in order, hands on outputs and environment, and stops where one fails', async () => {
    const { results, ran } = await runToy(TOY);
    expect(results).toEqual({ make: 'success', tell: 'failure', after: 'skipped' });
    expect(ran['make']?.map(({ title, outcome, log }) => [title, outcome, log])).toEqual([
      [`actions/checkout${PIN}`, 'success', ''],
      ['make', 'success', 'hello 0'],
      ['later', 'success', 'from before, job, step-7, abc123f'],
    ]);
    expect(ran['tell']?.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['tell', 'failure'],
      ['not reached', 'skipped'],
      ['always reached', 'success'],
      ['after a failure', 'success'],
    ]);
  });

  it('masks every line of a secret in what it logs', async () => {
    const { ran } = await runToy(TOY);
    expect(ran['tell']?.[0]?.log).toBe('it is ***\n\n***\n1');
  });

  it('refuses an action that nothing stands in for', async () => {
    await expect(runToy(TOY.replace('actions/checkout', 'someone/else'))).rejects.toThrow('someone/else');
  });

  it('reads values of several lines', async () => {
    const text = TOY.replace('echo "made=$LEVEL-$NUMBER" >>', 'printf "made<<END\\nstep-7\\nand more\\nEND\\n" >>');
    const { ran } = await runToy(text);
    expect(ran['make']?.[2]?.log).toContain('step-7\nand more');
  });
});
