import { randomBytes } from 'node:crypto';
import { execaSync } from 'execa';
import { networkDown, networkUp, planNetwork, runHere, type Run } from './index';

/**
 * Three namespaces of our own: a VM behind the bridge of a server, and a machine that knows the server and not its VMs.
 */
const tag = randomBytes(4).toString('hex');
const [server, vm, other] = [`server-${tag}`, `vm-${tag}`, `other-${tag}`];
const names = [server, vm, other];
const made = names.every((name) => execaSync('ip', ['netns', 'add', name], { reject: false }).exitCode === 0);
const on =
  (name: string): Run =>
  ([program, ...args], stdin) =>
    runHere(['nsenter', `--net=/run/netns/${name}`, program, ...args], stdin);
const ip = async (name: string, line: string) => {
  const { exitCode, stderr } = await on(name)(['ip', ...line.split(' ')] as unknown as ['ip']);
  if (exitCode !== 0) throw new Error(`ip ${line}: ${stderr}`);
};
afterAll(() => names.forEach((name) => execaSync('ip', ['netns', 'del', name], { reject: false })));

const plan = planNetwork({ mode: 'bridge', bridge: 'golden-0', subnet: '192.168.100.0/24' });
const up = (outbound: boolean) => networkUp({ plan, user: 'root', taps: 1, outbound }, on(server));
const reaches = async (from: string, address: string) =>
  (await on(from)(['busybox', 'ping', '-c', '1', '-W', '1', address])).exitCode === 0;

const wanted = made || process.env['CI'] ? it : it.skip;
wanted('VMs reach their host only, unless told otherwise; then nobody out there has to know them', async () => {
  expect(await up(false)).toEqual(['golden-0', 'golden-0-2']);
  await ip(server, `link add cable type veth peer name eth0 netns ${vm}`);
  await ip(server, 'link set cable master golden-0 up');
  await ip(vm, 'addr add 192.168.100.9/24 dev eth0');
  await ip(vm, 'link set eth0 up');
  await ip(vm, 'route add default via 192.168.100.1');
  await ip(server, `link add out type veth peer name eth0 netns ${other}`);
  await ip(server, 'addr add 10.99.0.1/24 dev out');
  await ip(server, 'link set out up');
  await ip(other, 'addr add 10.99.0.2/24 dev eth0');
  await ip(other, 'link set eth0 up');

  expect(await reaches(vm, '192.168.100.1')).toBe(true);
  expect(await reaches(vm, '10.99.0.2')).toBe(false);
  expect(await up(true)).toEqual(['outbound']);
  expect(await reaches(vm, '10.99.0.2')).toBe(true);
  expect(await up(true)).toEqual([]);
  expect(await networkDown(plan, on(server))).toEqual(['golden-0-2', 'golden-0', 'outbound']);
  expect((await on(server)(['nft', 'list', 'ruleset'])).stdout).toBe('');
});
