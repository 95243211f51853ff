import { askedRun } from './asked';

test.each([
  ['affected -t deploy', { command: 'affected', targets: ['deploy'], configuration: undefined, compared: false }],
  ['affected -t deploy test -c production', { targets: ['deploy', 'test'], configuration: 'production' }],
  ['affected --target=deploy,build --configuration=dev', { targets: ['deploy', 'build'], configuration: 'dev' }],
  ['affected --targets deploy -c=dev', { targets: ['deploy'], configuration: 'dev' }],
  ['affected -t=deploy --base=main', { targets: ['deploy'], compared: true }],
  ['affected -t deploy --base main~1 --head HEAD', { compared: true }],
  ['affected -t deploy --all', { compared: true }],
  ['affected -t deploy --files=a.ts,b.ts', { compared: true }],
  ['affected -t deploy --parallel=2 --verbose', { compared: false }],
  ['run api:deploy:staging', { command: 'run', configuration: 'staging' }],
  ['run api:deploy', { configuration: undefined }],
  ['run api:deploy -c staging', { configuration: 'staging' }],
  ['run api:deploy --prod', { configuration: 'production' }],
  ['run-many -t deploy -p api web', { command: 'run-many', configuration: undefined }],
  ['run web:deploy', { dryRun: false, plan: undefined }],
  ['run web:deploy --dry-run', { command: 'run', dryRun: true }],
  ['run web:deploy --dryRun=true', { dryRun: true }],
  ['run web:deploy --dryrun', { dryRun: true }],
  ['run web:deploy --dry-run=false', { dryRun: false }],
  ['affected -t deploy --dry-run -c production', { dryRun: true, configuration: 'production' }],
  ['run web:deploy --plan=p0123456789ab,p1', { plan: 'p0123456789ab,p1' }],
  ['run web:deploy --plan 12345e7', { plan: '12345e7' }],
  ['run web:deploy --plan=', { plan: 'none' }],
  ['run web:deploy --plan', { plan: 'none' }],
  ['', { command: undefined, targets: [] }],
])('nx %s', (line, expected) => {
  expect(askedRun(line.split(' ').filter(Boolean))).toMatchObject(expected);
});
