import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accelerator, type Trial } from './accelerator';

const KVM = existsSync('/dev/kvm');

describe('the accelerator', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'accelerator-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A program that is called like QEMU. It says what a guest would say, or nothing, and counts how often it was started. */
  const trialOf = (says: string): Trial => {
    const program = join(root, 'qemu');
    writeFileSync(program, `#!/bin/sh\necho >> ${root}/started\n${says && `echo ${says} > console.log\nsleep 2\n`}`);
    chmodSync(program, 0o755);
    return { root, program, version: '7.2.22', machine: 'microvm', layers: { kernel: '/k', initrd: '/i' } };
  };
  const starts = () => (existsSync(join(root, 'started')) ? readFileSync(join(root, 'started'), 'utf8').length : 0);

  it('is TCG, and nothing is remembered, before there is a kernel to try', async () => {
    expect(await accelerator({ ...trialOf('GUEST-INIT'), layers: {} })).toBe('tcg');
    expect(starts()).toBe(0);
  });

  (KVM ? it.each : it.skip.each)([
    ['GUEST-INIT', 'kvm'],
    ['', 'tcg'],
  ])(
    'after a trial in which the guest says %j it is %s, without another trial until QEMU changes',
    async (says, found) => {
      const trial = trialOf(says);
      expect(await accelerator(trial)).toBe(found);
      expect(await accelerator(trial)).toBe(found);
      expect(starts()).toBe(1);
      expect(await accelerator({ ...trial, version: '8.2.1' })).toBe(found);
      expect(starts()).toBe(2);
    },
  );
});
