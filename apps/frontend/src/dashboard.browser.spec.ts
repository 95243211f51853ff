import type { Browser, Page } from 'playwright-core';
import { browserMissing, openBrowser } from '../testing/browser';
import { lowContrasts } from '../testing/contrast';
import { startDashboard, type Dashboard } from '../testing/dashboard';
import { sampleDeployments, sampleTargets } from '../testing/sample';
import { startStandIn, type StandIn } from '../testing/stand-in';

const missing = browserMissing();
if (missing !== undefined) process.stderr.write(`skipped, the dashboard in a browser: ${missing}\n`);
const inBrowser = missing === undefined ? describe : describe.skip;

inBrowser('the dashboard in a browser', () => {
  let controller: StandIn;
  let dashboard: Dashboard;
  let browser: Browser;
  const now = Date.now();
  const sample = { targets: sampleTargets(now), deployments: sampleDeployments(now) };

  /** A page whose timers stand still until they are moved; whatever it complains of is in `complaints`. */
  const open = async (colorScheme: 'light' | 'dark' = 'light', width = 1200) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.clock.install({ time: now });
    await page.goto(dashboard.url);
    return { page, complaints };
  };
  const sentence = (page: Page) => page.locator('h1').innerText();

  beforeAll(async () => {
    browser = await openBrowser();
    controller = await startStandIn();
    dashboard = await startDashboard(controller.url);
  });
  beforeEach(() => controller.answer(sample));
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser.close();
    dashboard.remove();
    await controller.close();
  });

  it.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 390],
    ['dark', 390],
  ] as const)('is readable in %s at %d pixels, without a complaint', async (colorScheme, width) => {
    const { page, complaints } = await open(colorScheme, width);
    expect(await sentence(page)).toBe('All checked targets are healthy');
    await page.locator('summary').first().click();
    expect(await lowContrasts(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
  });

  it('gives every table its heads and every row its name', async () => {
    const { page } = await open();
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual([
      ...['Target', 'Health', 'Release', 'Commit', 'Live since'],
      ...['Outcome', 'Commit', 'Targets', 'When', 'Took'],
    ]);
    expect(await page.getByRole('rowheader').count()).toBe(3 + 4);
  });

  it('renews itself, until it is told to pause', async () => {
    const { page } = await open();
    const [frontend, ...others] = sample.targets.targets;
    controller.answer({
      ...sample,
      targets: { targets: [{ ...frontend!, health: 'unhealthy' }, ...others], unreadable: [] },
    });
    await page.clock.runFor(5_000);
    await page.locator('h1', { hasText: 'frontend is unhealthy' }).waitFor();

    await page.getByRole('button', { name: 'Pause updates' }).click();
    controller.answer(sample);
    await page.clock.runFor(20_000);
    expect(await sentence(page)).toBe('frontend is unhealthy');
    await page.getByRole('button', { name: 'Resume updates' }).click();
    await page.clock.runFor(5_000);
    await page.locator('h1', { hasText: 'All checked targets are healthy' }).waitFor();
  });

  it('keeps what an open deployment shows when it renews itself', async () => {
    const { page } = await open();
    await page.locator('summary').first().click();
    controller.answer({ ...sample, deployments: { ...sample.deployments, total: 39 } });
    await page.clock.runFor(5_000);
    await page.getByText('the latest 4 of 39').waitFor();
    expect(await page.getByText('place release').first().isVisible()).toBe(true);
  });

  it('stays and says so while the dashboard itself does not answer, as during its own deploy', async () => {
    const { page } = await open();
    await page.route('**/api/health', (route) => route.abort());
    await page.clock.runFor(5_000);
    await page.getByText('The dashboard does not answer; trying again.').waitFor();
    expect(await sentence(page)).toBe('All checked targets are healthy');
    await page.unroute('**/api/health');
    await page.clock.runFor(5_000);
    await page.getByText('The dashboard does not answer; trying again.').waitFor({ state: 'detached' });
  });

  it('loads itself anew when another release of it answers', async () => {
    const { page } = await open();
    await page.route('**/api/health', (route) => route.fulfill({ json: { status: 'ok', release: 'the next one' } }));
    const loaded = page.waitForEvent('load');
    await page.clock.runFor(5_000);
    await loaded;
    expect(await sentence(page)).toBe('All checked targets are healthy');
  });
});
