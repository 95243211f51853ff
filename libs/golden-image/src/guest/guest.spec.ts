import { spawnSync } from 'node:child_process';
import { requireTools } from '../tools';
import { GUEST_INIT } from './init';
import { GUEST_PROBE } from './probe';
import { GUEST_WAKE } from './wake';

/** What runs in the guest, as far as it can be tried outside one; that it boots is shown where VMs are. */
describe("the guest's own programs", () => {
  it('are a shell script that busybox can read', () => {
    const { status, stderr } = spawnSync(requireTools(['busybox']).busybox, ['sh', '-n'], { input: GUEST_INIT });
    expect([status, String(stderr)]).toEqual([0, '']);
  });

  it.each([
    ['a seed that is too short', 'WAKE seed=abcd now=1795546175155', 'the seed is not 32 bytes'],
    ['no seed', 'WAKE now=1795546175155', 'the seed is not 32 bytes'],
    ['a time in seconds', `WAKE seed=${'a'.repeat(64)} now=1795546175`, 'the time is not in milliseconds'],
  ])('refuse to wake with %s', (_, line, reason) => {
    const input = `noise\n${line}\n`;
    const { status, stdout, stderr } = spawnSync('perl', ['-e', GUEST_WAKE], { input, encoding: 'utf8' });
    expect(stderr.split('\n')).toEqual(['GUEST-WAITING', reason, '']);
    expect(stdout).toBe('');
    expect(status).not.toBe(0);
  });

  it('show the randomness and the clock of the process they are loaded into', () => {
    const before = Date.now();
    const lines = ['1', '2'].map(() => spawnSync(process.execPath, ['-e', GUEST_PROBE], { encoding: 'utf8' }).stdout);
    const probes = lines.map((line) => /^AGENT-PROBE random=([0-9a-f]{64}) now=(\d{13})\n$/.exec(line));
    expect(probes[0]?.[1]).not.toBe(probes[1]?.[1]);
    expect(Number(probes[0]?.[2])).toBeGreaterThanOrEqual(before);
    expect(Number(probes[1]?.[2])).toBeLessThanOrEqual(Date.now());
  });
});
