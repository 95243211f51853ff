import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { execaSync } from 'execa';
import { networkDown, networkUp, planNetwork, runHere, showNetwork, type Run } from './index';

/** A network namespace of our own needs root, and a kernel that lets us have one. */
const namespace = `golden-test-${randomBytes(4).toString('hex')}`;
const made = execaSync('ip', ['netns', 'add', namespace], { reject: false }).exitCode === 0;
const inside: Run = ([program, ...args], stdin) =>
  runHere(['nsenter', `--net=/run/netns/${namespace}`, program, ...args], stdin);
const plan = planNetwork({ mode: 'bridge', bridge: 'golden0', subnet: '192.168.100.0/24' });
const up = (changes: object = {}) => networkUp({ plan, user: 'nobody', taps: 3, ...changes }, inside);

afterEach(() => networkDown(plan, inside));
afterAll(() => {
  if (made) execaSync('ip', ['netns', 'del', namespace], { reject: false });
});

const wanted = made || process.env['CI'] ? describe : describe.skip;
wanted('the network of the VMs', () => {
  it('is made once; again, it is left as it is', async () => {
    expect(await up()).toEqual(['golden0', 'golden0-2', 'golden0-3', 'golden0-4']);
    // The hardware address of a tap is random: one that was made again would have another.
    const taps = async () =>
      JSON.parse((await inside(['ip', '-j', 'link', 'show'])).stdout).map(
        ({ address }: { address: string }) => address,
      );
    const before = await taps();
    expect(await up()).toEqual([]);
    expect(await taps()).toEqual(before);
    expect(await up({ taps: 4 })).toEqual(['golden0-5']);
  });

  it('is shown with its gateway, and who may open which tap', async () => {
    await up();
    const view = await showNetwork(plan, inside);
    expect(view).toMatchObject({ bridge: 'golden0', gateway: '192.168.100.1', up: true });
    expect(view.taps).toHaveLength(3);
    expect(view.taps[0]).toEqual({ number: 2, name: 'golden0-2', owner: 'nobody', plugged: true, inUse: false });
  });

  it('is mended where something of it is missing or belongs to another user', async () => {
    await up();
    await inside(['ip', 'link', 'delete', 'golden0-3']);
    await inside(['ip', 'link', 'set', 'golden0-2', 'nomaster']);
    await inside(['ip', 'addr', 'flush', 'dev', 'golden0']);
    expect(await up()).toEqual(['golden0', 'golden0-2', 'golden0-3']);
    expect(await up({ user: 'daemon' })).toEqual(['golden0-2', 'golden0-3', 'golden0-4']);
    expect((await showNetwork(plan, inside)).taps.map((tap) => tap.owner)).toEqual(['daemon', 'daemon', 'daemon']);
  });

  it('the hardware address of the bridge stays the same as taps come', async () => {
    const address = async () => JSON.parse((await inside(['ip', '-j', 'link', 'show', 'golden0'])).stdout)[0].address;
    await up({ taps: 0 });
    expect(await address()).toBe('02:fc:c0:a8:64:01');
    await up();
    expect(await address()).toBe('02:fc:c0:a8:64:01');
  });

  it('goes as a whole, and nothing else goes with it', async () => {
    await up();
    await inside(['ip', 'link', 'add', 'golden0-x', 'type', 'bridge']);
    expect(await networkDown(plan, inside)).toEqual(['golden0-2', 'golden0-3', 'golden0-4', 'golden0']);
    expect(await networkDown(plan, inside)).toEqual([]);
    expect((await inside(['ip', 'link', 'show', 'golden0-x'])).exitCode).toBe(0);
    await inside(['ip', 'link', 'delete', 'golden0-x']);
  });

  it('stays while a VM has one of its taps open', async () => {
    await up();
    // TUNSETIFF (linux/if_tun.h) for a tap without packet information, kept open until its input ends.
    const open = `open(F,"+<","/dev/net/tun") or die; my $r=pack("a16sx22","golden0-3",0x1002); ioctl(F,0x400454ca,$r) or die $!; $|=1; print "open"; <STDIN>`;
    const vm = spawn('nsenter', [`--net=/run/netns/${namespace}`, 'perl', '-e', open]);
    await once(vm.stdout, 'data');
    await expect(networkDown(plan, inside)).rejects.toMatchObject({
      code: 'IMAGE_NETWORK_IN_USE',
      message: expect.stringContaining('on golden0-3.'),
    });
    expect((await showNetwork(plan, inside)).taps.map((tap) => tap.inUse)).toEqual([false, true, false]);
    expect(await up()).toEqual([]);
    vm.stdin.end();
    await once(vm, 'exit');
  });

  it('is refused where the machine itself is in that subnet, and nothing is made', async () => {
    await inside(['ip', 'link', 'add', 'lan0', 'type', 'bridge']);
    await inside(['ip', 'addr', 'add', '192.168.100.77/16', 'dev', 'lan0']);
    await expect(up({ taps: 300 })).rejects.toThrow(
      /lan0 of this machine has 192\.168\.100\.77\/16.*for 253 VMs, and 300/,
    );
    await inside(['ip', 'link', 'delete', 'lan0']);
    expect(await showNetwork(plan, inside)).toMatchObject({ up: false, taps: [] });
  });

  it('says which command failed, and why, where the rights are missing', async () => {
    const unprivileged: Run = ([program, ...args], stdin) =>
      inside(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', program, ...args], stdin);
    const failed = networkUp({ plan, user: 'nobody', taps: 1 }, unprivileged);
    await expect(failed).rejects.toThrow(/`ip link add name golden0 .*Operation not permitted/);
    await expect(failed).rejects.toHaveProperty('code', 'IMAGE_NETWORK_FAILED');
  });
});
