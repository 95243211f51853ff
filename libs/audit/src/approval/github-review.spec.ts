import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reviewerOnGitHub } from '..';

const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
});

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const ask = (api: string) =>
  reviewerOnGitHub({
    api,
    repository: 'owner/name',
    run: '7',
    token: 'token-of-a-test',
    environments: ['production', 'production-approval'],
    deployers: ['Deployer-Login'],
  });
const review = (login: string | null, more: object = {}) => ({
  state: 'approved',
  comment: 'Ship it',
  environments: [{ id: 1, name: 'production-approval' }],
  user: login === null ? null : { login, id: 2 },
  ...more,
});

it('names the reviewer who let just this run pass', async () => {
  const asked: unknown[] = [];
  const api = await serve((request, response) => {
    asked.push(request.url, request.headers.authorization);
    json(200, [review('reviewer-login')])(request, response);
  });
  expect(await ask(`${api}/`)).toBe('reviewer-login');
  expect(asked).toEqual(['/repos/owner/name/actions/runs/7/approvals', 'Bearer token-of-a-test']);
});

it.each([
  ['nobody reviewed', []],
  ['a review that rejects', [review('reviewer-login', { state: 'rejected' })]],
  ['a review for another environment', [review('reviewer-login', { environments: [{ name: 'staging' }] })]],
  ['a review by whoever began the run', [review('deployer-login')]],
  ['a review by somebody who is no more', [review(null)]],
])('counts nobody where there is %s', async (_, reviews) => {
  expect(await ask(await serve(json(200, reviews)))).toBeUndefined();
});

it.each<[string, RequestListener, RegExp]>([
  ['the token may not', json(403, {}), /it answered 403/],
  ['the answer is another one', json(200, { approved: true }), /its answer is none/],
])('refuses, without the token in the message, where %s', async (_, answer, why) => {
  const error: Error = await ask(await serve(answer)).then(
    () => new Error('accepted'),
    (caught: unknown) => caught as Error,
  );
  expect(error).toMatchObject({ code: 'APPROVALS_UNKNOWN', message: expect.stringMatching(why) });
  expect(JSON.stringify([error, error.message, error.stack])).not.toContain('token-of-a-test');
});
