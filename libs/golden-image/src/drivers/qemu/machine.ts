import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Machine models of QEMU that images are booted on: the small one first, the common one where that does not do. */
export type QemuMachine = 'microvm' | 'q35';
export type Accelerator = 'kvm' | 'tcg';

/**
 * kHz of the processor's time-stamp counter, which an emulated one runs at (QEMU's TCG reads the host's). A microvm has no other
 * clock that a kernel could measure it by: it stops there half the times when it has to. The first place that names a frequency
 * is taken; the current one of a processor that changes it comes last.
 */
export const tscKiloHertz = async (): Promise<number> => {
  const base = Number(await textOf('/sys/devices/system/cpu/cpu0/cpufreq/base_frequency'));
  if (base > 0) return base;
  const nominal = Number(await textOf('/sys/devices/system/cpu/cpu0/acpi_cppc/nominal_freq'));
  if (nominal > 0) return nominal * 1_000;
  const megaHertz = /^cpu MHz\s*:\s*([\d.]+)/m.exec(await textOf('/proc/cpuinfo'))?.[1];
  return Math.round(Number(megaHertz ?? cpus()[0]?.speed ?? 1_000) * 1_000);
};

/** What this machine is until it boots again. */
export const bootId = async (): Promise<string> => (await textOf('/proc/sys/kernel/random/boot_id')).trim();

/** Name of the processor: under KVM a guest sees it, and its state cannot be moved to another. */
export const processorName = (): string => cpus()[0]?.model ?? 'unknown';

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
