import { configuredSlot, haproxyConfig } from './config';
import { trafficOf, trafficSettings, type TrafficServers } from './settings';

const SLOTS: TrafficServers = { kind: 'slots', ports: { blue: 4001, green: 4002 } };
const settings = (servers: TrafficServers = SLOTS, address = '0.0.0.0') =>
  trafficSettings({ target: 'api', stateDir: '/opt/state', address, port: 4000, drainTimeoutMs: 90_000, servers });
const lines = (config: string) => config.split('\n').map((line) => line.trim());

describe('the configuration of the traffic engine', () => {
  it('gives the live slot the requests and takes the other one out of use', () => {
    expect(lines(haproxyConfig(settings(), { live: 'blue' }))).toEqual(
      expect.arrayContaining([
        'server blue 127.0.0.1:4001 weight 100',
        'server green 127.0.0.1:4002 weight 100 disabled',
      ]),
    );
    expect(lines(haproxyConfig(settings(), { live: 'green' }))).toEqual(
      expect.arrayContaining([
        'server blue 127.0.0.1:4001 weight 100 disabled',
        'server green 127.0.0.1:4002 weight 100',
      ]),
    );
  });

  it('takes both slots out of use where none is live', () => {
    const servers = lines(haproxyConfig(settings(), { live: undefined })).filter((line) => line.startsWith('server '));
    expect(servers).toHaveLength(2);
    expect(servers.every((line) => line.endsWith(' disabled'))).toBe(true);
  });

  it.each(['blue', 'green', undefined] as const)('tells that %s is live in it', (live) => {
    expect(configuredSlot(haproxyConfig(settings(), { live }))).toBe(live);
  });

  it('tells no live slot of a configuration that is none of ours', () => {
    expect(configuredSlot('defaults\n  mode http\n')).toBeUndefined();
  });

  it('opens a connection of its own for each request to a service that restarts in place, and waits for that', () => {
    const single = lines(haproxyConfig(settings({ kind: 'single', port: 4001 }), { live: undefined }));
    expect(single).toEqual(
      expect.arrayContaining(['option http-server-close', 'retries 30', 'server service 127.0.0.1:4001 weight 100']),
    );
    expect(lines(haproxyConfig(settings(), { live: 'blue' }))).not.toContain('option http-server-close');
  });

  it('never sends again what is neither GET nor HEAD', () => {
    expect(lines(haproxyConfig(settings(), { live: 'blue' }))).toContain('http-request disable-l7-retry if !METH_GET');
  });

  it.each([
    ['0.0.0.0', 'bind 0.0.0.0:4000'],
    ['10.0.0.7', 'bind 10.0.0.7:4000'],
    ['::', 'bind [::]:4000 v4v6'],
    ['::1', 'bind [::1]:4000'],
  ])('listens on %s', (address, bind) => {
    expect(lines(haproxyConfig(settings(SLOTS, address), { live: 'blue' }))).toContain(bind);
  });

  it('lets the last requests take as long as the drain may, when the engine itself ends', () => {
    expect(lines(haproxyConfig(settings(), { live: 'blue' }))).toContain('hard-stop-after 90s');
  });

  it('lies where the unit of the target looks for it', () => {
    const slots = { address: '127.0.0.1', port: 80, drainTimeoutMs: 1_000, ports: { blue: 81, green: 82 } };
    expect(trafficOf({ target: 'api', stateDir: '/opt/state', slots })).toMatchObject({
      configFile: '/opt/state/targets/api/traffic/haproxy.cfg',
      socket: '/run/polydev-api-traffic/admin.sock',
      masterSocket: '/run/polydev-api-traffic/master.sock',
      unit: 'polydev-api-traffic.service',
    });
  });
});
