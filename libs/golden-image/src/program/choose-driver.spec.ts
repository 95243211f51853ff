import type { DriverName } from '@polydev/contract';
import type { VmDriver } from '../drivers/driver';
import { chooseAmong } from './choose-driver';

const never = () => Promise.reject(new Error('not asked for'));
/** A driver that works, or says why it does not. */
const driver = (name: DriverName, works: boolean): VmDriver => ({
  name,
  probe: async () =>
    works
      ? { usable: true, driver: name, accelerator: 'none', version: '1', machine: 'none', snapshots: false }
      : { usable: false, driver: name, reason: 'it is not installed', hint: 'Install it.' },
  boot: never,
  restore: never,
  attach: never,
});
const among = (facts: {
  driver: DriverName | 'auto';
  allowProcess?: boolean;
  works: readonly DriverName[];
  missing?: readonly string[];
}) =>
  chooseAmong({
    settings: { driver: facts.driver, allowProcess: facts.allowProcess ?? false },
    of: (name) => driver(name, facts.works.includes(name)),
    missing: () => facts.missing ?? [],
  });

describe('the driver', () => {
  it.each([
    ['QEMU where it works', { driver: 'auto', works: ['qemu', 'process'], allowProcess: true }, 'qemu'],
    [
      'no VM where QEMU does not work and that is allowed',
      { driver: 'auto', works: ['process'], allowProcess: true },
      'process',
    ],
    [
      'no VM where no layer can be built',
      { driver: 'auto', works: ['qemu', 'process'], allowProcess: true, missing: ['mkfs.erofs'] },
      'process',
    ],
    ['the one that is named', { driver: 'firecracker', works: ['qemu', 'firecracker'] }, 'firecracker'],
  ] as const)('is %s', async (_, facts, name) => {
    expect((await among(facts).chosen()).driver.name).toBe(name);
  });

  it.each([
    ['where no VM runs and a process is not allowed', { driver: 'auto', works: ['process'] }, 'it is not installed'],
    [
      'where a tool is missing',
      { driver: 'auto', works: ['qemu'], missing: ['mkfs.erofs (package erofs-utils)'] },
      'mkfs.erofs (package erofs-utils) missing',
    ],
    [
      'where the named one does not work',
      { driver: 'qemu', works: ['process'], allowProcess: true },
      'it is not installed',
    ],
  ] as const)('is none %s, and the reason is told', async (_, facts, reason) => {
    await expect(among(facts).chosen()).rejects.toMatchObject({
      code: 'DRIVER_UNUSABLE',
      message: expect.stringContaining(reason),
    });
  });

  it('of an image that is there is the one that it was built for', async () => {
    const drivers = among({ driver: 'auto', works: ['qemu', 'process'] });
    expect((await drivers.forKind('process')).driver.name).toBe('process');
    expect((await drivers.forKind('vm')).driver.name).toBe('qemu');
  });
});
