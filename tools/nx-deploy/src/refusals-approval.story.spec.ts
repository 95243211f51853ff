import { sshdMissing } from '@polydev/host/testing';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GuardedWorld, signerLine, startGuardedWorld } from '../testing/guarded-world';
import { refused } from '../testing/refused';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

const rules = (validFor = '1h') => `    approval: required
    approval_valid_for: ${validFor}
    allowed_signers: deploy/allowed_signers
    roles: { maintainers: [lead@example.com], deployers: [developer@example.com] }
`;
let world: GuardedWorld;
const version = (text: string, validFor?: string) =>
  world.publish(rules(validFor), {
    'deploy/allowed_signers':
      signerLine('lead@example.com,lead-login', world.key('lead')) +
      signerLine('developer@example.com,developer-login', world.key('developer')),
    'apps/web/source.txt': `${text}\n`,
  });
const as = (name: string) => ({ DEPLOY_SIGNING_KEY: world.key(name) });
const deploy = (name = 'developer') => world.run('deploy', [], as(name));
const refusedDeploy = (code: string, hint: string, name?: string) =>
  refused({ code, hint, disk: world.disk }, () => deploy(name));
const hashIn = (all: string): string => /approve -c production --plan=([0-9a-f]{64})/.exec(all)?.[1] ?? all;
const approve = async (plan: string) => {
  const line = 'npx nx run master-controller:approve -c production --plan="$PLAN" --reason="looked at it"';
  const answer = await world.type(line, { PLAN: plan, ...as('lead') });
  expect(answer.exitCode).toBe(0);
  return answer.all;
};
const approvalFile = () => join(world.workspace.root, 'deploy/approvals/production.web.json');
const newestRecord = (): unknown => {
  const folder = join(world.sshd.directory, 'state/deployments');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return JSON.parse(readFileSync(join(folder, names.sort().at(-1) ?? ''), 'utf8'));
};

beforeAll(async () => {
  if (missing !== undefined) return;
  world = await startGuardedWorld();
  // What lies on the server before the first refusal is from a deploy without rules.
  expect((await world.run('deploy')).exitCode).toBe(0);
});
afterAll(async () => {
  if (missing === undefined) await world.stop();
});

// One story: each test goes on from where the one before it left the server.
describeSsh('a deploy that somebody else has to approve', () => {
  let plan: string;

  test('is refused without an approval, and says of what and how', async () => {
    version('web 2');
    const { all } = await refusedDeploy('APPROVAL_NEEDED', 'Somebody else approves it with `npx nx run web:approve -c');
    plan = hashIn(all);
    expect(hashIn((await world.type('npx nx run master-controller:plan -c production')).all)).toBe(plan);
  });

  test('is refused to whoever does not say who he is, and to a stranger', async () => {
    await refused({ code: 'DEPLOYER_UNKNOWN', hint: 'DEPLOY_SIGNING_KEY', disk: world.disk }, () =>
      world.run('deploy'),
    );
    await refusedDeploy('DEPLOYER_UNKNOWN', 'line in', 'stranger');
  });

  test('is approved by nobody who may only deploy', async () => {
    const disk = world.disk;
    await refused({ code: 'ROLE_MISSING', hint: 'Ask a maintainer', disk }, () =>
      world.run('approve', [`--plan=${plan}`], as('developer')),
    );
  });

  test('is refused with an approval by whoever deploys', async () => {
    expect(await approve(plan)).toMatch(/lead@example\.com approved plan [0-9a-f]{12}… of web in production until 20/);
    await refusedDeploy('APPROVAL_OWN', 'Somebody else approves it', 'lead');
  });

  test('is refused with an approval that was changed', async () => {
    const text = readFileSync(approvalFile(), 'utf8');
    writeFileSync(approvalFile(), text.replace('looked at it', 'looked at all'));
    await refusedDeploy('APPROVAL_FORGED', 'Find out where it came from');
    writeFileSync(approvalFile(), text);
  });

  test('goes live with the approval, by somebody else, and the record says who approved', async () => {
    const { exitCode } = await deploy();
    expect([exitCode, world.live()]).toEqual([0, 'web 2']);
    expect(newestRecord()).toMatchObject({ targets: [{ target: 'web', approvedBy: 'lead@example.com' }] });
    const log = readFileSync(join(world.sshd.directory, 'state/audit.jsonl'), 'utf8');
    const { plan } = JSON.parse(readFileSync(approvalFile(), 'utf8')) as { readonly plan: string };
    const entry = log.split('\n').find((line) => line.includes('"action":"approval"')) ?? '';
    for (const part of ['"name":"lead@example.com"', '"key":"SHA256:', `"plan":"${plan}"`])
      expect(entry).toContain(part);
  });

  test('needs no approval where nothing would change', async () => {
    expect(await deploy()).toMatchObject({ exitCode: 0, all: expect.stringContaining('already live') });
  });

  test('is refused with an approval that was used, once somebody went back from what it let in', async () => {
    version('web 2b');
    await approve(hashIn((await refusedDeploy('APPROVAL_OTHER_PLAN', 'Look at the plan again')).all));
    expect([(await deploy()).exitCode, world.live()]).toEqual([0, 'web 2b']);
    const back = await world.run('rollback', ['--reason=it is bad'], as('lead'));
    expect([back.exitCode, world.live()]).toEqual([0, 'web 2']);
    await refusedDeploy('APPROVAL_OTHER_PLAN', 'Look at the plan again');
    expect(world.live()).toBe('web 2');
  });

  test('is refused with the approval of another plan', async () => {
    version('web 3', '1ms');
    plan = hashIn((await refusedDeploy('APPROVAL_OTHER_PLAN', 'Look at the plan again')).all);
  });

  test('is refused with an approval whose time is over', async () => {
    await approve(plan);
    await refusedDeploy('APPROVAL_EXPIRED', 'Somebody else approves it');
  });
});
