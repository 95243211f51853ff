import {
  approvePlan,
  checkApproval,
  deploymentPlanHash,
  type Approval,
  type ApproveInput,
  type CheckApprovalInput,
} from '..';
import { keyRing, signersOf } from '../../testing/keys';
import { sign } from '../signing/keygen';
import { fingerprintOf } from '../signing/sshsig';
import { approvalText } from './approval';

const ring = keyRing();
const approver = ring.make('approver');
const deployer = ring.make('deployer');
const stranger = ring.make('stranger');
const approvers = signersOf(['approver@example.org,approver-login', approver]);
const people = signersOf(
  ['approver@example.org,approver-login', approver],
  ['deployer@example.org,deployer-login', deployer],
);
afterAll(() => ring.remove());

const plan = deploymentPlanHash([{ target: 'api', environment: 'production', decides: { digest: 'a' } }]);
const now = new Date('2026-11-27T10:00:00Z');
const request: ApproveInput = {
  environment: 'production',
  plan,
  by: 'approver@example.org',
  now,
  until: new Date('2026-11-27T12:00:00Z'),
};
let approval: Approval;
beforeAll(async () => {
  approval = await approvePlan(request, approver);
});

const check = (given: unknown, changed: Partial<CheckApprovalInput> = {}) =>
  checkApproval({
    text: typeof given === 'string' ? given : JSON.stringify(given),
    environment: 'production',
    plan,
    now: new Date('2026-11-27T11:00:00Z'),
    deployer: { actors: ['deployer-login'] },
    approvers,
    people,
    ...changed,
  });
const refusal = (code: string, says: string) =>
  expect.objectContaining({ code, message: expect.stringMatching(new RegExp(`${says}[^]* Nothing was touched\\.$`)) });

it('accepts what somebody else approved, for just this plan, in time', async () => {
  expect(await check(approval)).toEqual({
    name: 'approver@example.org',
    key: fingerprintOf(Buffer.from(approver.text.split(' ')[1]!, 'base64')),
    until: '2026-11-27T12:00:00.000Z',
  });
});

it('refuses where nobody approved, and says how to', async () => {
  await expect(check('', { text: undefined })).rejects.toMatchObject({
    code: 'APPROVAL_NEEDED',
    hint: expect.stringContaining(`--plan=${plan}`),
  });
});

it.each([
  ['environment', { environment: 'sandbox' }],
  ['plan', { plan: 'f'.repeat(64) }],
  ['end', { until: '2026-11-27T23:00:00.000Z' }],
  ['beginning', { at: '2026-11-27T09:00:00.000Z' }],
  ['approver', { by: 'approver-login' }],
  ['reason', { reason: 'because' }],
])('refuses an approval whose %s was changed', async (_, changed) => {
  await expect(check({ ...approval, ...changed })).rejects.toEqual(refusal('APPROVAL_FORGED', 'does not hold'));
});

it('refuses an approval signed by a key that nobody knows', async () => {
  await expect(check(await approvePlan(request, stranger))).rejects.toEqual(
    refusal('APPROVAL_SIGNER_UNKNOWN', 'approver@example.org \\(SHA256:.*no approver in signers'),
  );
});

it('refuses an approval by somebody who is known and no approver', async () => {
  const own = await approvePlan({ ...request, by: 'deployer@example.org' }, deployer);
  await expect(check(own)).rejects.toEqual(refusal('APPROVAL_SIGNER_UNKNOWN', 'deployer@example.org'));
});

it('refuses an approval in the name of another approver', async () => {
  const both = signersOf(['approver@example.org', approver], ['other@example.org', stranger]);
  const given = await approvePlan(request, stranger);
  await expect(
    check(given, { approvers: both, people: both, deployer: { actors: ['other@example.org'] } }),
  ).rejects.toEqual(
    refusal('APPROVAL_FORGED', 'it says to be from approver@example.org, and was signed by other@example.org'),
  );
});

it('refuses a signature of the same text that was made for another purpose', async () => {
  const signature = await sign(approvalText(approval), 'audit@polydev', approver);
  await expect(check({ ...approval, signature })).rejects.toEqual(refusal('APPROVAL_FORGED', 'another purpose'));
});

it('refuses an approval of another plan', async () => {
  const other = deploymentPlanHash([{ target: 'api', environment: 'production', decides: { digest: 'b' } }]);
  await expect(check(approval, { plan: other })).rejects.toEqual(
    refusal('APPROVAL_OTHER_PLAN', `Plan ${plan} was approved`),
  );
});

it('refuses an approval for another environment', async () => {
  await expect(check(approval, { environment: 'staging' })).rejects.toEqual(
    refusal('APPROVAL_OTHER_ENVIRONMENT', 'for production, and this is staging'),
  );
});

it('refuses an approval whose time is over, to the moment', async () => {
  await expect(check(approval, { now: new Date('2026-11-27T12:00:00Z') })).rejects.toEqual(
    refusal('APPROVAL_EXPIRED', 'held until 2026-11-27T12:00:00.000Z'),
  );
});

it('neither gives nor takes an approval that holds longer than approvals may', async () => {
  const long = { ...request, until: new Date('2026-11-29T10:00:00Z') };
  await expect(approvePlan(long, approver)).rejects.toEqual(refusal('APPROVAL_TOO_LONG', '24 hours at most'));
  const given = await approvePlan({ ...long, longestHours: 100 }, approver);
  await expect(check(given)).rejects.toEqual(refusal('APPROVAL_TOO_LONG', '24 hours at most'));
});

const fingerprint = (text: string) => fingerprintOf(Buffer.from(text.split(' ')[1]!, 'base64'));
it.each([
  ['login', () => ({ actors: ['Approver-Login'] })],
  ['key', () => ({ key: fingerprint(approver.text) })],
  ['login as the one who started the run again', () => ({ actors: ['deployer-login', 'approver-login'] })],
  ['key beside somebody else’s login', () => ({ actors: ['deployer-login'], key: fingerprint(approver.text) })],
])('refuses an own approval, told by the %s', async (_, who) => {
  await expect(check(approval, { deployer: who() })).rejects.toEqual(
    refusal('APPROVAL_OWN', 'approver@example.org approved the plan and would deploy it too'),
  );
});

it('refuses an own approval with a second key of the same person', async () => {
  const two = signersOf(['approver@example.org,approver-login', approver], ['approver-login', stranger]);
  await expect(check(approval, { people: two, deployer: { key: fingerprint(stranger.text) } })).rejects.toEqual(
    refusal('APPROVAL_OWN', 'approver@example.org'),
  );
});

it('refuses an own approval by one key that two files give different names', async () => {
  const renamed = signersOf(['another-name@example.org', approver]);
  await expect(check(approval, { people: renamed, deployer: { key: fingerprint(approver.text) } })).rejects.toEqual(
    refusal('APPROVAL_OWN', 'approver@example.org'),
  );
});

it.each([
  ['nobody said who deploys', {}],
  ['a login is nobody’s', { actors: ['stranger-login'] }],
  ['a second login is nobody’s', { actors: ['deployer-login', 'stranger-login'] }],
  ['a key is nobody’s', { key: fingerprint(ring.make('unknown').text) }],
])('cannot tell whether an approval is an own one, and refuses, where %s', async (_, who) => {
  await expect(check(approval, { deployer: who })).rejects.toEqual(refusal('DEPLOYER_UNKNOWN', 'nobody can tell'));
});

it.each([
  ['no JSON', 'approved!', 'no JSON'],
  ['another JSON', '{"approved":true}', 'not the fields'],
  ['a list', '[]', 'not the fields'],
])('refuses %s', async (_, text, why) => {
  await expect(check(text)).rejects.toEqual(refusal('APPROVAL_UNREADABLE', why));
});

it('refuses an approval with a field that nobody knows', async () => {
  await expect(check({ ...approval, emergency: true })).rejects.toEqual(
    refusal('APPROVAL_UNREADABLE', 'not the fields'),
  );
});

it('refuses an approval whose signature is none', async () => {
  await expect(check({ ...approval, signature: 'yes' })).rejects.toEqual(
    refusal('APPROVAL_FORGED', 'is none of ssh-keygen'),
  );
});

it('names a plan by all targets, whatever their order, and by all that decides', () => {
  const [api, web] = ['api', 'web'].map((target) => ({ target, environment: 'production', decides: [target, 1] }));
  expect(deploymentPlanHash([api!, web!])).toBe(deploymentPlanHash([web!, api!]));
  expect(deploymentPlanHash([api!])).not.toBe(deploymentPlanHash([api!, web!]));
  expect(deploymentPlanHash([{ ...api!, decides: ['api', 2] }])).not.toBe(deploymentPlanHash([api!]));
});
