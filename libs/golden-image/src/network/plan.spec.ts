import { isOpsError } from '@polydev/errors';
import { inSubnet, numberOfTap, placeOf, planNetwork } from './plan';

const plan = planNetwork({ mode: 'bridge', bridge: 'golden0', subnet: '192.168.100.0/24' });

it('a place has an address of the subnet, a tap and a hardware address of its own', () => {
  expect(plan.gateway).toBe('192.168.100.1');
  expect(placeOf(plan, 5)).toEqual({
    mode: 'bridge',
    tap: 'golden0-5',
    address: '192.168.100.5/24',
    gateway: '192.168.100.1',
    mac: '02:fc:c0:a8:64:05',
  });
});

it('no two places share anything, and none is the gateway, the network or the broadcast', () => {
  const places = plan.numbers.map((number) => placeOf(plan, number));
  expect(places).toHaveLength(253);
  for (const key of ['tap', 'address', 'mac'] as const)
    expect(new Set(places.map((place) => place[key])).size).toBe(places.length);
  const addresses = places.map((place) => place.address);
  for (const taken of ['192.168.100.0/24', '192.168.100.1/24', '192.168.100.255/24'])
    expect(addresses).not.toContain(taken);
});

it('the longest names still are names that the kernel takes', () => {
  const wide = planNetwork({ mode: 'bridge', bridge: 'elevenchars', subnet: '10.9.0.0/16' });
  expect(wide.numbers.at(-1)).toBe(999);
  for (const number of wide.numbers) expect(placeOf(wide, number).tap.length).toBeLessThanOrEqual(15);
  expect(placeOf(wide, 999).address).toBe('10.9.3.231/16');
});

it('a tap is known by its name, and no other interface is taken for one', () => {
  expect(numberOfTap(plan, 'golden0-17')).toBe(17);
  for (const name of ['golden0', 'golden0-', 'golden0-1', 'golden0-255', 'golden0-017', 'golden01-5', 'eth0'])
    expect(numberOfTap(plan, name)).toBeUndefined();
});

it('knows which addresses are its own', () => {
  expect(inSubnet(plan, '192.168.100.255')).toBe(true);
  for (const other of ['192.168.101.0', '192.168.99.255', '10.0.0.1', 'fe80::1'])
    expect(inSubnet(plan, other)).toBe(false);
});

test.each([
  ['golden0', '192.168.100.0', /must be an IPv4 network/],
  ['golden0', '192.168.100.0/30', /\/16 to \/29/],
  ['golden0', '192.168.300.0/24', /must be an IPv4 network/],
  ['golden0', '192.168.100.7/24', /that network is 192\.168\.100\.0\/24/],
  ['a-name-too-long', '192.168.100.0/24', /1 to 11 characters/],
  ['Golden', '10.0.0.1/24', /1 to 11 characters.*that network is 10\.0\.0\.0\/24/],
])('bridge %s with subnet %s is refused with the reason', (bridge, subnet, reason) => {
  const attempt = () => planNetwork({ mode: 'bridge', bridge, subnet });
  expect(attempt).toThrow(reason);
  try {
    attempt();
  } catch (error) {
    expect(isOpsError(error, 'IMAGE_NETWORK_INVALID')).toBe(true);
  }
});
