import { join } from 'node:path';
import { openBrowser } from './browser';
import { startDashboard } from './dashboard';
import { sampleDeployments, sampleTargets } from './sample';
import { startStandIn } from './stand-in';

/** Takes the README's pictures of the built dashboard: `node -r @polydev/run-source testing/take-picture.ts` */
async function takePictures(): Promise<void> {
  const now = Date.now();
  const controller = await startStandIn();
  controller.answer({ targets: sampleTargets(now), deployments: sampleDeployments(now) });
  const dashboard = await startDashboard(controller.url);
  const browser = await openBrowser();
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1120, height: 800 } });
    await page.goto(dashboard.url);
    const name = colorScheme === 'light' ? 'dashboard.png' : 'dashboard-dark.png';
    await page.screenshot({ path: join(__dirname, '../../../docs/images', name), fullPage: true });
  }
  await browser.close();
  dashboard.remove();
  await controller.close();
}

void takePictures();
