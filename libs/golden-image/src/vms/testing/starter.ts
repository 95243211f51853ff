/**
 * A process that starts one VM with the stand-in for Firecracker: `<binary> <settings as JSON> <image files as JSON>`;
 * a test ends it.
 */
import type { ImageFiles } from '../../drivers/driver';
import { firecrackerDriver } from '../../drivers/firecracker/driver';
import { imagesLayout } from '../../layout';
import type { ImageSettings } from '../../settings';
import { startVms } from '../index';
import { madeUpBridge } from './made-up-bridge';

const [binary = '', settingsText = '', imageText = ''] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as ImageSettings;
const { network } = settings;
if (network.mode !== 'bridge') throw new Error('the network is no bridge');

void startVms({
  layout: imagesLayout(settings.root),
  settings,
  driver: firecrackerDriver({ binary }),
  image: JSON.parse(imageText) as ImageFiles,
  count: 1,
  signal: new AbortController().signal,
  run: madeUpBridge({ bridge: network.bridge, gateway: network.subnet.replace('.0/24', '.1'), taps: 4 }),
}).then((outcome) => process.stdout.write(JSON.stringify(outcome)));
