/**
 * Time that each part of a boot may take, in milliseconds of the VM's own time (vm-clock.ts): where everything waits its turn, so does a
 * guest, and nothing of that is the image's fault. The agent's own is the environment's.
 */
export interface BootLimits {
  /** From the start of the VMM until the guest's init runs. */
  readonly initMs: number;
  /** From there until the guest waits to be woken. */
  readonly waitingMs: number;
  /** From the agent's start until it is ready. */
  readonly readyMs: number;
}

/**
 * An idle machine of two processors takes 1.5 s and 0.5 s for the first two with emulation (TCG). A guest that is not as far by these
 * is the machine's fault, or QEMU's: one in some tens of boots stands still before its kernel has said anything.
 */
export const BOOT_LIMITS: BootLimits = { initMs: 15_000, waitingMs: 15_000, readyMs: 10_000 };
