import { askedRun } from '../run/asked';
import { refuseSlips } from './slips';

const run = (line: string) => () => refuseSlips(askedRun(line.split(' ')));

test.each([
  ['run web:deploy --dry-rum', '--dry-rum: there is no such option; did you mean `--dry-run`?'],
  ['run web:deploy --dryrun', 'did you mean `--dry-run`?'],
  ['run web:deploy -- --dry-rum', 'did you mean `--dry-run`?'],
  ['affected -t deploy --plam=p0123456789ab', 'did you mean `--plan`?'],
  ['run-many -t test,deploy --jsn', 'did you mean `--json`?'],
  ['run-many -t rollback,deploy --resaon=because', 'did you mean `--reason`?'],
  ['run web:deploy --sha=abc', '--sha: there is no such option'],
  ['deploy web --dry-rum', 'did you mean `--dry-run`?'],
])('nx %s is refused before anything runs', (line, problem) => {
  expect(run(line)).toThrow('[OPTION_INVALID]');
  expect(run(line)).toThrow(problem);
});

test.each([
  'run web:deploy --dry-run --json --plan=p0123456789ab',
  'run web:deploy --dryRun=true -c production --verbose --skip-nx-cache --nxBail --outputStyle=static --no-tui',
  'run-many -t deploy -p web api --parallel=2 --exclude=db --graph=plan.json --batch --all',
  'affected -t deploy --base=main --head=HEAD --files=a.ts --uncommitted',
  'run-many -t deploy,e2e --force --sha=abc',
  'run web:test --dry-rum --jsn',
  'run web:status --limti=3 now',
  'run db:migrate --plan --repair --baseline=20261101000001 --allow-out-of-order',
  'show projects --jsn',
])('nx %s goes its way', (line) => {
  expect(run(line)).not.toThrow();
});
