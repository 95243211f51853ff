import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentConfig } from '@polydev/manifest';
import { approvalHash, approverOf } from './approval';
import { findingsOnDeployer } from './rules';

let root: string;
let github: Server;
let env: Readonly<Record<string, string>>;
let reviews: readonly unknown[] = [];
let permission = 'write';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'polydev-approval-'));
  writeFileSync(join(root, 'signers'), '');
  github = createServer(({ url = '' }, response) => {
    const answer = url.endsWith('/approvals') ? reviews : { permission, role_name: permission };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((listening) => github.listen(0, '127.0.0.1', listening));
  env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'developer-login',
    GITHUB_API_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}`,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '7',
    GITHUB_TOKEN: 'token-of-a-test',
  };
});
afterAll(async () => {
  await new Promise((closed) => github.close(closed));
  rmSync(root, { recursive: true });
});

const environment = (more: Partial<EnvironmentConfig> = {}): EnvironmentConfig => ({
  name: 'production',
  protected: true,
  hosts: [],
  stateDir: '/nowhere',
  targets: [],
  notes: [],
  approval: { validForMs: 3_600_000 },
  allowedSigners: join(root, 'signers'),
  ...more,
});
const plan = { target: 'web', environment: 'production', decides: 'this' };
const review = (login: string) => ({
  state: 'approved',
  environments: [{ name: 'production-approval' }],
  user: { login },
});

test('in GitHub Actions the review that let the run pass is an approval', async () => {
  reviews = [review('lead-login')];
  expect(await approverOf(plan, { root, environment: environment(), env })).toEqual({
    name: 'lead-login (review on GitHub)',
    plan: approvalHash(plan),
  });
});

test('but not that of whoever began the run or started it again', async () => {
  reviews = [review('lead-login'), review('developer-login')];
  const again = { ...env, GITHUB_TRIGGERING_ACTOR: 'lead-login' };
  await expect(approverOf(plan, { root, environment: environment(), env: again })).rejects.toMatchObject({
    code: 'APPROVAL_NEEDED',
  });
});

test('anywhere else, what a variable says of GitHub counts for nothing', async () => {
  reviews = [review('lead-login')];
  const laptop = { ...env, GITHUB_ACTIONS: '' };
  await expect(approverOf(plan, { root, environment: environment(), env: laptop })).rejects.toMatchObject({
    code: 'APPROVAL_NEEDED',
  });
});

const roles = { maintainers: ['lead@example.com'], deployers: [] };
test.each([
  ['write', []],
  ['read', ['error ROLE_MISSING']],
])('in GitHub Actions the permission "%s" decides who may deploy', async (given, expected) => {
  permission = given;
  const answer = environment({ roles, approval: undefined as never });
  const found = await findingsOnDeployer(answer, false, given === 'read' ? { ...env, GITHUB_ACTOR: 'reader' } : env);
  expect(found.map(({ level, code }) => `${level} ${code}`)).toEqual(expected);
});
