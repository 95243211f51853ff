/**
 * What a server does in bridge mode, in the network namespace and as the user that it is started in: one VM boots, two
 * clones are restored, all are asked for their health. `<settings as JSON> <image files as JSON>`; prints what was seen
 * as JSON.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageFiles, Snapshot } from '../../drivers/driver';
import { qemuDriver } from '../../drivers/qemu/qemu-driver';
import { imagesLayout } from '../../layout';
import type { ImageSettings } from '../../settings';
import { claimNetwork, listVms, liveLeases, releaseClaims, startVms, stopVms } from '../index';

const settings = JSON.parse(process.argv[2] ?? '') as ImageSettings;
const image = JSON.parse(process.argv[3] ?? '') as ImageFiles;
const layout = imagesLayout(settings.root);
const driver = qemuDriver({ root: settings.root });
const { signal } = new AbortController();

async function snapshot(): Promise<Snapshot> {
  const id = 'check-source';
  const directory = join(layout.work, id);
  mkdirSync(directory, { recursive: true });
  const network = await claimNetwork({ layout, network: settings.network, vm: id });
  const { memoryMiB, cpus } = settings;
  const vm = await driver.boot({ id, image, network, memoryMiB, cpus, directory, use: 'source' });
  await vm.booted(AbortSignal.timeout(60_000));
  await vm.pause();
  const taken = await vm.snapshot(join(settings.root, 'snapshot'));
  await releaseClaims(layout, id);
  return taken;
}

async function answerOf(address: string): Promise<unknown> {
  return (await fetch(`${address}/health`)).json();
}

async function main(): Promise<void> {
  const request = { layout, settings, driver, image, signal };
  const [cold, taken] = await Promise.all([startVms({ ...request, count: 1 }), snapshot()]);
  const clones = await startVms({ ...request, count: 2, snapshot: taken });
  const vms = await listVms(layout, () => driver);
  const answers = await Promise.all(vms.map((vm) => answerOf(vm.address)));
  const leases = (await liveLeases(settings.root)).length;
  const failed = [...cold.failed, ...clones.failed].map(({ reason }) => reason);
  const stopped = await stopVms({ layout, driverOf: () => driver, ids: 'all' });
  process.stdout.write(JSON.stringify({ vms, answers, failed, leases, stopped: stopped.length }));
}

void main();
