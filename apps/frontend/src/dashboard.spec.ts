import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RELEASE, startDashboard, type Dashboard } from '../testing/dashboard';
import { sampleDeployments, sampleTargets } from '../testing/sample';
import { NOTHING, startStandIn, type StandIn } from '../testing/stand-in';

/** The built dashboard, started from a release, in front of a controller that answers what a test says. */
describe('the dashboard', () => {
  let controller: StandIn;
  let dashboard: Dashboard;
  const now = Date.now();
  const page = async () => {
    const response = await fetch(dashboard.url);
    expect(response.status).toBe(200);
    return textOf(await response.text());
  };

  beforeAll(async () => {
    controller = await startStandIn();
    dashboard = await startDashboard(controller.url);
  });
  beforeEach(() => controller.answer({ targets: sampleTargets(now), deployments: sampleDeployments(now) }));
  afterAll(async () => {
    dashboard.remove();
    await controller.close();
  });

  it('is ok and tells which release it is, unseen by any cache', async () => {
    const response = await fetch(`${dashboard.url}/api/health`);
    const { release, sha, digest } = RELEASE;
    expect(await response.json()).toEqual({ status: 'ok', release, sha, digest });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is ok although the controller is not: a deploy of the dashboard does not fail for the controller’s sake', async () => {
    controller.answer({ ...NOTHING, failure: { status: 500, body: '' } });
    expect((await fetch(`${dashboard.url}/api/health`)).status).toBe(200);
  });

  it('shows each target with health, release, commit and since when', async () => {
    const text = await page();
    const [frontend] = sampleTargets(now).targets;
    expect(text).toContain('All checked targets are healthy');
    expect(text).toContain(
      `frontend production · deploy.example.com Healthy ${frontend?.live?.release} 4f1c9a2 4 min ago`,
    );
    expect(text).toContain('vm-agent production Not checked It has no health URL.');
  });

  it('shows each deployment with outcome, targets, by whom and how long it took', async () => {
    const text = await page();
    expect(text).toContain('Deployments · the latest 4 of 38');
    expect(text).toMatch(
      /Succeeded production 4f1c9a2 main master-controller went live on 2 hosts frontend went live on 2 hosts/,
    );
    expect(text).toMatch(/3 h ago by ci@runner 48 s/);
    expect(text).toContain('rollback of production');
    expect(text).toMatch(/undid \S+-[0-9a-f]{7}/);
    expect(text).toContain('by ops@laptop: “sign-in fails”');
    expect(text).toContain('main, with local changes');
  });

  it('shows what failed where, and what to do', async () => {
    const text = await page();
    expect(text).toContain('Rolled back');
    expect(text).toContain('frontend taken back on 1 of 2 hosts');
    expect(text).toContain('frontend on app-1, step “health check” HEALTH_CHECK_FAILED');
    expect(text).toContain('What to do: See the service’s own log: journalctl -u polydev-frontend -n 50');
  });

  it('shows which targets of a running deployment still wait', async () => {
    const [first] = sampleDeployments(now).deployments;
    const running = { ...first!, outcome: 'running' as const, endedAt: undefined, targets: first!.targets.slice(0, 1) };
    controller.answer({
      targets: sampleTargets(now),
      deployments: { deployments: [running], total: 1, unreadable: [] },
    });
    const text = await page();
    expect(text).toContain('The last deployment to production is running');
    expect(text).toContain('vm-agent waiting');
    expect(text).toContain('so far');
  });

  it('names the files that the controller could not read', async () => {
    controller.answer({ ...NOTHING, deployments: { ...NOTHING.deployments, unreadable: ['x.json: it is not JSON'] } });
    expect(await page()).toContain('x.json: it is not JSON');
  });

  it('does not make a link of an address that is none of the web', async () => {
    const [frontend] = sampleTargets(now).targets;
    const targets = { targets: [{ ...frontend!, url: 'javascript:alert(1)' }], unreadable: [] };
    controller.answer({ targets, deployments: NOTHING.deployments });
    expect(await (await fetch(dashboard.url)).text()).not.toMatch(/href="javascript/);
  });

  it('says so on a host to which nothing was deployed, with the command', async () => {
    controller.answer(NOTHING);
    const text = await page();
    expect(text).toContain('Nothing has been deployed yet');
    expect(text).toContain('npx nx affected -t deploy');
  });

  it('says which address does not answer, why, and what to do', async () => {
    controller.answer({ ...NOTHING, failure: { status: 503, body: '{"message":"Not now.","hint":"Wait."}' } });
    const text = await page();
    expect(text).toContain('The controller cannot be asked');
    expect(text).toContain(`${controller.url} knows. /api/targets answered 503: Not now. Wait.`);
    expect(text).toContain('CONTROLLER_URL');
  });

  it('asks for nothing from elsewhere', async () => {
    const html = await (await fetch(dashboard.url)).text();
    const elsewhere = [...html.matchAll(/(?:src|href)="(https?:[^"]+)"/g)].map(([, address]) => address);
    expect(elsewhere).toEqual(['https://deploy.example.com']);
  });

  it('writes nothing into its release', async () => {
    for (const path of ['/', '/nothing', '/icon.svg', '/api/health']) await fetch(`${dashboard.url}${path}`);
    const files = readdirSync(dashboard.directory, { recursive: true }).sort();
    const built = readdirSync(join(__dirname, '../dist'), { recursive: true });
    expect(files).toEqual([...built, '.release.json'].sort());
  });

  it('answers 404 elsewhere, with the way back', async () => {
    const response = await fetch(`${dashboard.url}/nothing`);
    expect(response.status).toBe(404);
    expect(textOf(await response.text())).toContain('There is no such page');
  });
});

describe('the dashboard, told to end', () => {
  it('answers the request in flight and exits 0', async () => {
    const controller = await startStandIn();
    const dashboard = await startDashboard(controller.url);
    let goOn = (): void => undefined;
    const gate = new Promise<void>((open) => (goOn = open));
    const asked = new Promise<void>((reached) => controller.answer({ ...NOTHING, before: () => (reached(), gate) }));
    const inFlight = fetch(dashboard.url);
    await asked;
    const exit = dashboard.end('SIGTERM');
    goOn();
    expect((await inFlight).status).toBe(200);
    expect(await exit).toEqual([0, null]);
    dashboard.remove();
    await controller.close();
  });
});

/** What a person reads of it: no scripts, no tags, single spaces. */
const textOf = (html: string): string =>
  html
    .replaceAll(/<(script|style)\b.*?<\/\1>/gs, '')
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&quot;/g, '"')
    .replaceAll(/\s+/g, ' ');
