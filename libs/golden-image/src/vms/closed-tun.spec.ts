import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { imagesLayout } from '../layout';
import { networkDown, networkUp, planNetwork, runHere, type Run } from '../network';
import { claimNetwork } from './claim-network';

/** A network namespace of our own needs root, and a kernel that lets us have one. */
const namespace = `golden-test-${randomBytes(4).toString('hex')}`;
const made = execaSync('ip', ['netns', 'add', namespace], { reject: false }).exitCode === 0;
const inside: Run = (argv, stdin) => runHere(['nsenter', `--net=/run/netns/${namespace}`, ...argv], stdin);
const network = { mode: 'bridge', bridge: 'golden1', subnet: '192.168.101.0/24' } as const;
const NOBODY = '65534';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'closed-tun-'));
});
afterAll(async () => {
  if (made) {
    await networkDown(planNetwork(network), inside);
    execaSync('ip', ['netns', 'del', namespace]);
  }
  rmSync(folder, { recursive: true });
});

/** As an ordinary user, where `/dev/net/tun` has that mode, or is a file of another kind. */
const where = (prepare: string): Run => {
  const file = join(folder, randomBytes(4).toString('hex'));
  execaSync('sh', ['-c', prepare, file]);
  const bind = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /dev/net/tun && exec "$@"', file] as const;
  const asNobody = ['setpriv', `--reuid=${NOBODY}`, '--clear-groups'];
  return (argv, stdin) => inside([...bind, ...asNobody, ...argv], stdin);
};

const wanted = made || process.env['CI'] ? describe : describe.skip;
wanted('the device through which VMs take their taps', () => {
  it.each([
    ['is for root alone', 'mknod -m 600 "$0" c 10 200', 'Permission denied'],
    ['has no driver', 'mknod -m 666 "$0" c 10 254', 'No such device'],
  ])('%s: no VM is given an address, and what to do is said', async (_, prepare, reason) => {
    await networkUp({ plan: planNetwork(network), user: NOBODY, taps: 2 }, inside);
    const layout = imagesLayout(join(folder, 'images'));
    const refused = claimNetwork({ layout, network, vm: 'vm-00000001', run: where(prepare) });
    await expect(refused).rejects.toMatchObject({
      code: 'IMAGE_TUN_CLOSED',
      message: expect.stringContaining(`cannot open /dev/net/tun, through which a VM takes its tap: ${reason}. No VM`),
      hint: expect.stringContaining('chmod 0666 /dev/net/tun'),
    });
    expect(readdirSync(folder)).not.toContain('images');

    const opened = where('mknod -m 666 "$0" c 10 200');
    const place = await claimNetwork({ layout, network, vm: 'vm-00000001', run: opened });
    expect(place).toMatchObject({ mode: 'bridge', tap: 'golden1-2', address: '192.168.101.2/24' });
    rmSync(layout.root, { recursive: true });
  });
});
