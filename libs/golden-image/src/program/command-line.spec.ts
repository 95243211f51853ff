import { parseCommandLine } from './command-line';
import { readSettings } from './settings';

describe('the command line', () => {
  it.each([
    ['build --agent=/a --refresh', { verb: 'build', agent: '/a', source: {}, refresh: true }],
    [
      'build --agent=/a --sha=s --digest=d --release=r',
      { verb: 'build', agent: '/a', source: { sha: 's', digest: 'd', release: 'r' }, refresh: false },
    ],
    ['status', { verb: 'status' }],
    ['rollback --sha=3f2a', { verb: 'rollback', wanted: { sha: '3f2a' } }],
    ['rollback --image=img-1', { verb: 'rollback', wanted: { image: 'img-1' } }],
    ['vms', { verb: 'vms', what: 'list' }],
    ['vms start 3', { verb: 'vms', what: 'start', count: 3 }],
    ['vms start', { verb: 'vms', what: 'start', count: 1 }],
    ['vms stop vm-1 vm-2', { verb: 'vms', what: 'stop', ids: ['vm-1', 'vm-2'] }],
    ['vms stop --all', { verb: 'vms', what: 'stop', ids: 'all' }],
    ['pin img-1', { verb: 'pin', id: 'img-1' }],
    ['network up --user=deploy --taps=4', { verb: 'network', what: 'up', user: 'deploy', taps: 4, outbound: false }],
    ['network', { verb: 'network', what: 'show', taps: 8, outbound: false }],
    ['probe', { verb: 'probe' }],
  ])('%s', (line, command) => {
    expect(parseCommandLine(line.split(' ')).command).toEqual(command);
  });

  it.each([
    ['', 'No verb was given.'],
    ['fly', 'There is no verb "fly".'],
    ['build', 'build needs the directory of an agent.'],
    ['rollback', 'rollback needs either a SHA or an image.'],
    ['rollback --sha=a --image=b', 'rollback needs either a SHA or an image.'],
    ['vms start many', 'many is no number of VMs.'],
    ['vms stop', 'vms stop needs ids, or --all.'],
    ['vms stop vm-1 --all', 'vms stop needs ids, or --all.'],
    ['status now', 'Nothing is known of now.'],
    ['status --fast', "Unknown option '--fast'."],
  ])('refuses "%s" and shows the usage', (line, problem) => {
    const parse = () => parseCommandLine(line === '' ? [] : line.split(' '));
    expect(parse).toThrow(
      expect.objectContaining({ code: 'IMAGE_USAGE', hint: expect.stringContaining('golden-image build') }),
    );
    expect(parse).toThrow(problem);
  });
});

describe('the settings', () => {
  it('have defaults for everything', () => {
    expect(readSettings({})).toEqual({
      root: '/opt/polydev-ai/images',
      target: 'vm-agent',
      driver: 'auto',
      allowProcess: false,
      network: { mode: 'forward' },
      memoryMiB: 256,
      cpus: 1,
      rebuild: 'auto',
      keep: 3,
      readyTimeoutMs: 10_000,
    });
  });

  it('may name the rebuild apart, and hold what only a newer deployer knows', () => {
    expect(readSettings({ GOLDEN_IMAGE_REBUILD: 'manual' }).rebuild).toBe('manual');
    const written = JSON.stringify({ rebuild: 'auto', keep: 0, unheardOf: true });
    expect(readSettings({ GOLDEN_IMAGE_SETTINGS: written, GOLDEN_IMAGE_REBUILD: 'manual' })).toMatchObject({
      rebuild: 'auto',
      keep: 0,
    });
  });

  it('are refused with every problem at once', () => {
    const text = JSON.stringify({ root: 'images', driver: 'vmware', network: { mode: 'bridge' }, memoryMiB: 1.5 });
    const read = () => readSettings({ GOLDEN_IMAGE_SETTINGS: text });
    for (const part of ['root: ', 'driver: ', 'network/bridge: ', 'network/subnet: ', 'memoryMiB: '])
      expect(read).toThrow(part);
  });

  it.each(['{', '[]', '"text"', 'null'])('are refused where they are %s', (text) => {
    expect(() => readSettings({ GOLDEN_IMAGE_SETTINGS: text })).toThrow(
      expect.objectContaining({ code: 'IMAGE_SETTINGS_INVALID' }),
    );
  });
});
