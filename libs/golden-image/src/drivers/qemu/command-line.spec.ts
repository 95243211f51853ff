import type { VmSpec } from '../driver';
import { qemuArguments, type QemuStart } from './command-line';
import { differenceOf, fingerprintOf } from './fingerprint';

const spec: VmSpec = {
  id: 'vm-1',
  image: {
    id: 'img-1',
    kind: 'vm',
    layers: { kernel: '/i/kernel', base: '/i/a,b/base', initrd: '/i/initrd', agent: '/i/agent' },
  },
  network: { mode: 'forward', port: 3100 },
  memoryMiB: 256,
  cpus: 2,
  directory: '/vms/vm-1',
};
const start: QemuStart = { spec, machine: 'microvm', accelerator: 'tcg', tsc: 2_596_132, memory: { kind: 'private' } };
const valuesOf = (option: string, facts: Partial<QemuStart> = {}): readonly string[] => {
  const argv = qemuArguments({ ...start, ...facts });
  return argv.flatMap((word, index) => (argv[index - 1] === option ? [word] : []));
};

describe('QEMU’s command line', () => {
  it('has the two disks read-only, and a comma in a path does not end it', () => {
    expect(valuesOf('-drive')).toEqual([
      'if=none,id=base,file=/i/a,,b/base,format=raw,readonly=on',
      'if=none,id=agent,file=/i/agent,format=raw,readonly=on',
    ]);
  });

  it.each([
    ['microvm', 'tcg', true],
    ['microvm', 'kvm', false],
    ['q35', 'tcg', false],
  ] as const)('on %s with %s, the kernel is told the frequency of the clock: %s', (machine, accelerator, told) => {
    const [words] = valuesOf('-append', { machine, accelerator });
    expect(words?.includes('tsc_early_khz=2596132')).toBe(told);
    expect(valuesOf('-device', { machine, accelerator })[0]).toMatch(machine === 'q35' ? /-pci,/ : /-device,/);
  });

  it('forwards a port of the loopback only, or takes the tap that there is without running a script', () => {
    expect(valuesOf('-netdev')).toEqual(['user,id=net,hostfwd=tcp:127.0.0.1:3100-:3000']);
    const network = {
      mode: 'bridge',
      tap: 'pd0',
      address: '10.0.0.5/24',
      gateway: '10.0.0.1',
      mac: '52:54:00:00:00:05',
    } as const;
    const bridged = { spec: { ...spec, network } };
    expect(valuesOf('-netdev', bridged)).toEqual(['tap,id=net,ifname=pd0,script=no,downscript=no']);
    expect(valuesOf('-device', bridged)[2]).toBe('virtio-net-device,netdev=net,mac=52:54:00:00:00:05');
  });

  it('shares memory with nobody, with its own file, or reads a snapshot’s', () => {
    expect(valuesOf('-object')).toEqual(['memory-backend-ram,id=memory,size=256M']);
    const own = valuesOf('-object', { memory: { kind: 'file' } });
    expect(own).toEqual(['memory-backend-file,id=memory,size=256M,mem-path=memory,share=on']);
    const memory = { kind: 'copy', file: '/s/memory' } as const;
    expect(valuesOf('-object', { memory })).toEqual([
      'memory-backend-file,id=memory,size=256M,mem-path=/s/memory,share=off',
    ]);
    expect(valuesOf('-incoming', { memory })).toEqual(['defer']);
  });
});

describe('a snapshot’s fingerprint', () => {
  const facts = { version: '7.2.22', machine: 'microvm', accelerator: 'tcg', tsc: 2_596_132 } as const;

  it('does not change with the last digits of what is measured', () => {
    expect(fingerprintOf({ ...facts, tsc: 2_596_140 }, spec)).toBe(fingerprintOf(facts, spec));
  });

  it('differs, and says in what, where a snapshot cannot be loaded', () => {
    const now = fingerprintOf({ ...facts, version: '8.2.1' }, { ...spec, memoryMiB: 512 });
    expect(differenceOf(fingerprintOf(facts, spec), now)).toBe(
      'qemu was 7.2.22 and is 8.2.1, memory was 256 MiB and is 512 MiB',
    );
  });
});
