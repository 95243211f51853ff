import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { execaSync } from 'execa';
import { endVmsBelow } from '../drivers/vm-process';
import { buildLayers } from '../layers/build-layers';
import { SAMPLE_DIGEST, writeAgent } from '../layers/testing/sample-agent';
import { seededRoot } from '../layers/testing/seeded-root';
import { networkDown, networkUp, planNetwork, runHere, type Run } from '../network';
import type { ImageSettings } from '../settings';

/** A network namespace of our own needs root, and a kernel that lets us have one; real VMs on real taps are in it. */
const namespace = `golden-test-${randomBytes(4).toString('hex')}`;
const made = execaSync('ip', ['netns', 'add', namespace], { reject: false }).exitCode === 0;
const inNamespace = ['nsenter', `--net=/run/netns/${namespace}`] as const;
const inside: Run = (argv, stdin) => runHere([...inNamespace, ...argv], stdin);
const NOBODY = 65534;

/** What stands before a command so that it finds `/dev/net/tun` as udev leaves it on a server, open to all, whatever it is here. */
const withOpenTun = (file: string): readonly string[] => {
  execaSync('mknod', ['-m', '666', file, 'c', '10', '200']);
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /dev/net/tun && exec "$@"', file];
};

/** Tells who it is: its image, its card, and what its random number generator gives. */
const AGENT = `const facts = {
  status: 'ready',
  image: process.env.IMAGE_ID,
  mac: require('node:os').networkInterfaces().eth0[0].mac,
  random: require('node:crypto').randomBytes(16).toString('hex'),
};
require('node:http').createServer((_, answer) => answer.end(JSON.stringify(facts))).listen(process.env.PORT);
`;

let root: string;
afterAll(async () => {
  if (!made) return;
  await endVmsBelow(root);
  execaSync('ip', ['netns', 'del', namespace]);
  rmSync(root, { recursive: true, force: true });
});

const wanted = made || process.env['CI'] ? it : it.skip;
wanted(
  'VMs on taps of an ordinary user answer at their addresses of 192.168.100.0/24, booted and cloned alike',
  async () => {
    root = await seededRoot();
    const agent = writeAgent(mkdtempSync(join(root, 'agent-')), { 'main.js': AGENT });
    const built = await buildLayers({ root, kind: 'vm', agent: { directory: agent, digest: SAMPLE_DIGEST } });
    const network = { mode: 'bridge', bridge: 'golden0', subnet: '192.168.100.0/24' } as const;
    await networkUp({ plan: planNetwork(network), user: String(NOBODY), taps: 4 }, inside);
    await inside(['ip', 'link', 'set', 'lo', 'up']);

    const settings: ImageSettings = {
      root,
      target: 'vm-agent',
      driver: 'qemu',
      allowProcess: false,
      network,
      memoryMiB: 256,
      cpus: 1,
      rebuild: 'auto',
      keep: 1,
      readyTimeoutMs: 30_000,
    };
    const program = join(root, 'bridged.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'testing', 'bridged.ts')],
      bundle: true,
      platform: 'node',
      outfile: program,
    });
    for (const directory of ['.', 'work', 'vms', 'claims']) {
      mkdirSync(join(root, directory), { recursive: true });
      chownSync(join(root, directory), NOBODY, NOBODY);
    }
    chmodSync(root, 0o755);
    const image = { id: built.id, kind: 'vm', layers: built.files };
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const [command, ...words] = [
      ...withOpenTun(join(root, 'tun')),
      ...inNamespace,
      ...asNobody,
      process.execPath,
      program,
      JSON.stringify(settings),
      JSON.stringify(image),
    ];
    const { stdout } = execaSync(command, words, { stderr: 'inherit' });
    const seen = JSON.parse(stdout);

    expect(seen.failed).toEqual([]);
    expect(seen.vms).toHaveLength(3);
    expect(new Set(seen.vms.map((vm: { address: string }) => vm.address)).size).toBe(3);
    for (const vm of seen.vms) {
      expect(vm.address).toMatch(/^http:\/\/192\.168\.100\.[2-5]:3000$/);
      expect(vm).toMatchObject({ image: built.id, kind: 'vm', driver: 'qemu', health: 'ready' });
    }
    for (const answer of seen.answers) expect(answer).toMatchObject({ status: 'ready', image: built.id });
    for (const own of ['mac', 'random']) {
      const values = seen.answers.map((answer: Record<string, string>) => answer[own]);
      expect(new Set(values).size).toBe(3);
    }
    expect(seen).toMatchObject({ leases: 3, stopped: 3 });
    expect(await networkDown(planNetwork(network), inside)).toHaveLength(5);
  },
  180_000,
);
