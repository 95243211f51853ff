import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  deploymentRecordSchema,
  deploymentsAnswerSchema,
  targetsAnswerSchema,
  type DeploymentHead,
  type DeploymentRecord,
  type TargetRecord,
} from '@polydev/contract';
import type { FastifyInstance } from 'fastify';
import { buildServer } from './server';

let stateDir: string;
let controller: FastifyInstance;
const services: Server[] = [];

const write = (path: string, content: unknown): void => {
  const file = join(stateDir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
};
const get = async (url: string) => {
  const response = await controller.inject({ method: 'GET', url });
  return { status: response.statusCode, body: response.json<unknown>() };
};

/** A service on this machine; returns the URL of its health answer. */
const serve = async (listener: RequestListener): Promise<string> => {
  const service = createServer(listener);
  services.push(service);
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(service.address() as AddressInfo).port}/health`;
};

const head = (id: string, planned: readonly string[] = ['master-controller', 'frontend']): DeploymentHead => ({
  schema: 1,
  id,
  nonce: `nonce of ${id}`,
  kind: 'deploy',
  environment: 'production',
  sha: 'a'.repeat(40),
  dirty: false,
  by: 'ops@builder',
  startedAt: '2026-11-24T08:15:30.123Z',
  planned: [...planned],
});
const part = (target: string, outcome: TargetRecord['outcome'] = 'moved'): TargetRecord => ({
  target,
  outcome,
  hosts: [{ host: 'app-1', outcome, steps: [], notes: [] }],
});
const record = (id: string, planned?: readonly string[]): DeploymentRecord => ({
  ...head(id, planned),
  outcome: 'succeeded',
  endedAt: '2026-11-24T08:16:00.000Z',
  targets: (planned ?? ['master-controller', 'frontend']).map((target) => part(target)),
});

const A = '20261124T081500.000Z-aaaaaaa';
const B = '20261124T081600.000Z-bbbbbbb';
const C = '20261124T081700.000Z-ccccccc';

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'controller-'));
  const release = {
    target: 'master-controller',
    environment: 'production',
    release: A,
    sha: 'a'.repeat(40),
    digest: 'd',
  };
  controller = buildServer({ stateDir, release }, 'silent');
});
afterEach(async () => {
  await controller.close();
  for (const service of services.splice(0)) {
    service.close();
    service.closeAllConnections();
  }
  rmSync(stateDir, { recursive: true, force: true });
});

describe('GET /api/auth/health', () => {
  it('is healthy and tells which release answers', async () => {
    expect(await get('/api/auth/health')).toEqual({
      status: 200,
      body: { status: 'healthy', release: A, sha: 'a'.repeat(40), digest: 'd' },
    });
  });
});

describe('GET /api/deployments', () => {
  const list = async (query = '') => deploymentsAnswerSchema.parse((await get(`/api/deployments${query}`)).body);

  it('is empty on a host to which nothing was deployed yet', async () => {
    expect(await list()).toEqual({ deployments: [], total: 0, unreadable: [] });
  });

  it('gives the newest first, as many as asked for, and says how many there are', async () => {
    for (const id of [B, A, C]) write(`deployments/${id}.json`, record(id));
    expect((await list()).deployments.map(({ id }) => id)).toEqual([C, B, A]);
    const two = await list('?limit=2');
    expect(two.deployments.map(({ id }) => id)).toEqual([C, B]);
    expect(two.total).toBe(3);
  });

  it('gives 50 unless told otherwise', async () => {
    for (let n = 0; n < 120; n++) {
      const id = `20261124T${String(n).padStart(6, '0')}.000Z-aaaaaaa`;
      write(`deployments/${id}.json`, record(id));
    }
    const { deployments, total } = await list();
    expect(deployments).toHaveLength(50);
    expect(deployments[0]?.id).toMatch(/T000119/);
    expect(total).toBe(120);
    expect((await list('?limit=101')).deployments).toHaveLength(101);
  });

  it('gives the deployments of one target, also old ones behind a page of others', async () => {
    write(`deployments/${A}.json`, record(A, ['vm-agent']));
    for (let n = 0; n < 60; n++) {
      const id = `20261125T${String(n).padStart(6, '0')}.000Z-bbbbbbb`;
      write(`deployments/${id}.json`, record(id, ['frontend']));
    }
    const { deployments, total } = await list('?target=vm-agent');
    expect(deployments.map(({ id }) => id)).toEqual([A]);
    expect(total).toBe(1);
  });

  it.each([
    ['is cut off', '{"schema":1,"id":"', 'it is not JSON'],
    ['is empty', '', 'it is empty'],
    ['lacks a field', { ...record(B), by: undefined }, 'by: Invalid input: expected string, received undefined'],
    [
      'is of a newer version',
      { ...record(B), schema: 2 },
      'a newer version wrote it (schema 2; this one reads up to 1)',
    ],
  ])('names a record that %s, and gives the others', async (_, content, why) => {
    write(`deployments/${A}.json`, record(A));
    write(`deployments/${B}.json`, content);
    const answer = await list();
    expect(answer.deployments.map(({ id }) => id)).toEqual([A]);
    expect(answer.unreadable).toEqual([`${B}.json: ${why}`]);
  });

  it('takes no notice of files that are not records', async () => {
    write(`deployments/.${A}.json.tmp`, 'half');
    write('deployments/README', 'hello');
    expect(await list()).toEqual({ deployments: [], total: 0, unreadable: [] });
  });

  it('joins what a running deployment has written so far, in the order of its plan', async () => {
    write(`deployments/${B}.parts/frontend.json`, { head: head(B), part: part('frontend', 'running') });
    write(`deployments/${B}.parts/master-controller.json`, { head: head(B), part: part('master-controller') });
    const { deployments, total } = await list();
    expect(total).toBe(1);
    expect(deployments[0]).toMatchObject({ id: B, outcome: 'running' });
    expect(deployments[0]?.endedAt).toBeUndefined();
    expect(deployments[0]?.targets.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['master-controller', 'moved'],
      ['frontend', 'running'],
    ]);
  });

  it('prefers the record once the deployment has ended', async () => {
    write(`deployments/${B}.parts/frontend.json`, { head: head(B), part: part('frontend', 'running') });
    write(`deployments/${B}.json`, record(B));
    expect((await list()).deployments).toEqual([record(B)]);
  });

  it('adds the parts to a record that was written when the run began', async () => {
    write(`deployments/${B}.json`, { ...head(B), outcome: 'running', targets: [] });
    write(`deployments/${B}.parts/frontend.json`, { head: head(B), part: part('frontend') });
    expect((await list()).deployments[0]?.targets.map(({ target }) => target)).toEqual(['frontend']);
  });

  it('leaves out the part of another run that chose the same id', async () => {
    write(`deployments/${B}.parts/frontend.json`, { head: { ...head(B), nonce: 'another' }, part: part('frontend') });
    write(`deployments/${B}.parts/a.json`, { head: head(B), part: part('master-controller') });
    expect((await list()).deployments[0]?.targets.map(({ target }) => target)).toEqual(['master-controller']);
  });

  it('names a damaged part and still shows the running deployment', async () => {
    write(`deployments/${B}.parts/frontend.json`, '{');
    write(`deployments/${B}.parts/master-controller.json`, { head: head(B), part: part('master-controller') });
    const answer = await list();
    expect(answer.deployments.map(({ id }) => id)).toEqual([B]);
    expect(answer.unreadable).toEqual([`${B}.parts/frontend.json: it is not JSON`]);
  });

  it.each([
    ['?limit=0', 'limit: a whole number from 1 to 999 is expected'],
    ['?limit=ten', 'limit: a whole number from 1 to 999 is expected'],
    ['?limit=1&limit=2', 'limit: Invalid input: expected string, received array'],
    ['?target=', 'target: a name is expected'],
    ['?limits=3', 'Unrecognized key: "limits"'],
    ['?limit=0&target=', 'limit: a whole number from 1 to 999 is expected; target: a name is expected'],
  ])('refuses %s and says all that is wrong', async (query, problem) => {
    expect(await get(`/api/deployments${query}`)).toEqual({
      status: 400,
      body: {
        code: 'QUERY_INVALID',
        message: `The query is not valid: ${problem}.`,
        hint: 'Leave a value out to get its default.',
      },
    });
  });

  it('says so when the state cannot be read', async () => {
    write('deployments', 'a file where the folder should be');
    const { status, body } = await get('/api/deployments');
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'STATE_UNREADABLE', message: expect.stringContaining('ENOTDIR') });
  });
});

describe('GET /api/deployments/:id', () => {
  it('gives the record', async () => {
    write(`deployments/${A}.json`, record(A));
    const { status, body } = await get(`/api/deployments/${A}`);
    expect(status).toBe(200);
    expect(deploymentRecordSchema.parse(body)).toEqual(record(A));
  });

  it('is 404 for one that there is not', async () => {
    expect(await get(`/api/deployments/${A}`)).toEqual({
      status: 404,
      body: {
        code: 'DEPLOYMENT_UNKNOWN',
        message: `There is no record of a deployment ${A} on this host.`,
        hint: 'GET /api/deployments lists the deployments that there are.',
      },
    });
  });

  it('says why a record cannot be read', async () => {
    write(`deployments/${A}.json`, '{');
    const { status, body } = await get(`/api/deployments/${A}`);
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'RECORD_UNREADABLE', message: expect.stringContaining('it is not JSON') });
  });

  it.each(['..%2Fsecret', '..%2f..%2fetc%2fpasswd', '%2E%2E', '.hidden', 'a%00b', '%zz', 'a'.repeat(200)])(
    'reads no other file for the id %s',
    async (id) => {
      write('secret.json', record('secret'));
      const { status, body } = await get(`/api/deployments/${id}`);
      expect([400, 404, 414]).toContain(status);
      expect(body).toMatchObject({ code: expect.any(String), hint: expect.any(String) });
    },
  );
});

describe('GET /api/deployments/history', () => {
  it('says that there is none, and where to look, where no database is set', async () => {
    expect(await get('/api/deployments/history?target=frontend')).toEqual({
      status: 501,
      body: {
        code: 'HISTORY_NOT_KEPT',
        message: 'This master-controller keeps no history in a database: DATABASE_URL is not set in its service.',
        hint:
          'GET /api/deployments answers from the files of this host. ' +
          'For a history over hosts set DATABASE_URL and restart the service.',
      },
    });
  });

  it.each([
    ['?limit=0', 'limit: a whole number from 1 to 999 is expected'],
    ['?since=yesterday', 'since: a date or a time is expected, such as 2026-11-27 or 2026-11-27T08:00:00Z'],
    ['?host=&targets=a', 'host: a name is expected; Unrecognized key: "targets"'],
  ])('refuses %s and says all that is wrong', async (query, problem) => {
    expect(await get(`/api/deployments/history${query}`)).toMatchObject({
      status: 400,
      body: { code: 'QUERY_INVALID', message: `The query is not valid: ${problem}.` },
    });
  });
});

describe('GET /api/targets', () => {
  const list = async () => targetsAnswerSchema.parse((await get('/api/targets')).body);
  const info = (release: string) => ({ target: 'frontend', environment: 'production', release, sha: 's', digest: 'd' });
  const goLive = (target: string, release: string) => {
    write(`targets/${target}/releases/${release}/.release.json`, info(release));
    symlinkSync(`targets/${target}/releases/${release}`, join(stateDir, `live-${target}`));
  };
  const describeTarget = (target: string, healthUrl?: string) =>
    write(`targets/${target}/target.json`, {
      target,
      environment: 'production',
      path: join(stateDir, `live-${target}`),
      healthUrl,
      url: `https://${target}.example`,
    });

  it('is empty on a host to which nothing was deployed yet', async () => {
    expect(await list()).toEqual({ targets: [], unreadable: [] });
  });

  it('tells what is live, since when, where, and that it is healthy', async () => {
    describeTarget(
      'frontend',
      await serve((_, response) => response.end(JSON.stringify({ status: 'ok', release: A }))),
    );
    goLive('frontend', A);
    const { targets } = await list();
    expect(targets).toEqual([
      {
        target: 'frontend',
        environment: 'production',
        path: join(stateDir, 'live-frontend'),
        url: 'https://frontend.example',
        live: { release: A, sha: 's', digest: 'd' },
        since: expect.stringMatching(/^\d{4}-.+Z$/),
        health: 'healthy',
      },
    ]);
  });

  it.each<[string, RequestListener, string]>([
    ['answers 503', (_, response) => response.writeHead(503).end(), ' answered 503.'],
    ['redirects', (_, response) => response.writeHead(302, { location: '/login' }).end(), ' answered 302.'],
    [
      'still runs the release before',
      (_, response) => response.end(JSON.stringify({ status: 'ok', release: A })),
      ` is still answered by release ${A}: the service was not restarted.`,
    ],
    ['never answers', () => undefined, ' did not answer within 2 s.'],
    ['breaks off', (request) => request.socket.destroy(), ' could not be asked (UND_ERR_SOCKET).'],
  ])('says why a target that %s is not healthy', async (_, listener, why) => {
    const url = await serve(listener);
    describeTarget('frontend', url);
    goLive('frontend', B);
    const [target] = (await list()).targets;
    expect(target).toMatchObject({ health: 'unhealthy', healthDetail: `${url}${why}`, live: { release: B } });
  });

  it('says so when nobody listens', async () => {
    const url = await serve(() => undefined);
    services.pop()?.close();
    describeTarget('frontend', url);
    goLive('frontend', A);
    expect((await list()).targets[0]).toMatchObject({
      health: 'unhealthy',
      healthDetail: `${url} refused the connection.`,
    });
  });

  it('believes an answer that names no release', async () => {
    describeTarget('frontend', await serve((_, response) => response.end('fine')));
    goLive('frontend', A);
    expect((await list()).targets[0]?.health).toBe('healthy');
  });

  it('does not check what is not live or has no health URL', async () => {
    describeTarget('frontend', 'http://127.0.0.1:9/health');
    describeTarget('vm-agent');
    goLive('vm-agent', A);
    const { targets } = await list();
    expect(targets.map(({ target, health, healthDetail }) => [target, health, healthDetail])).toEqual([
      ['frontend', 'not-checked', `Nothing is live at ${join(stateDir, 'live-frontend')}.`],
      ['vm-agent', 'not-checked', 'It has no health URL.'],
    ]);
  });

  it('names a damaged target file and gives the others', async () => {
    write('targets/frontend/target.json', '{');
    mkdirSync(join(stateDir, 'targets/half-made'));
    describeTarget('vm-agent');
    goLive('vm-agent', A);
    const answer = await list();
    expect(answer.targets.map(({ target }) => target)).toEqual(['vm-agent']);
    expect(answer.unreadable).toEqual(['targets/frontend/target.json: it is not JSON']);
  });

  it('asks a service once although many browsers ask the controller', async () => {
    let asked = 0;
    describeTarget('frontend', await serve((_, response) => response.end(String(++asked))));
    goLive('frontend', A);
    await Promise.all([list(), list(), list()]);
    expect(asked).toBe(1);
  });

  it('follows the symlink to the next release', async () => {
    describeTarget('vm-agent');
    goLive('vm-agent', A);
    expect((await list()).targets[0]?.live?.release).toBe(A);
    unlinkSync(join(stateDir, 'live-vm-agent'));
    goLive('vm-agent', B);
    // Another controller on the same state: the first one remembers its answer for a second.
    const other = buildServer({ stateDir, release: undefined }, 'silent');
    const response = await other.inject('/api/targets');
    expect(targetsAnswerSchema.parse(response.json()).targets[0]?.live?.release).toBe(B);
    await other.close();
  });
});

describe('anything else', () => {
  it.each(['/', '/api', '/api/deployments/', '/api/deployments/a/b'])(
    'is 404 at %s, with what there is',
    async (url) => {
      const { status, body } = await get(url);
      expect(status === 404 || status === 400).toBe(true);
      expect(body).toMatchObject({ message: expect.any(String), hint: expect.stringContaining('/api/deployments') });
    },
  );

  it('is never kept by a cache', async () => {
    for (const url of ['/api/targets', '/api/deployments', '/api/auth/health', '/nothing']) {
      expect((await controller.inject(url)).headers['cache-control']).toBe('no-store');
    }
  });
});
