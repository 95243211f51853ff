import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { pipeline } from 'node:stream/promises';
import type { VmSpec } from '../driver';

/**
 * What a snapshot is bound to, one `name=value` each: Firecracker's version, the host's processor and kernel
 * (docs/snapshotting/versioning.md and snapshot-support.md), the size of the VM, and the kernel in its memory.
 */
export async function fingerprintOf(version: string, spec: VmSpec, kernel: string): Promise<string> {
  const cpus = await readFile('/proc/cpuinfo', 'utf8');
  const facts = {
    firecracker: version,
    cpu: /^model name\s*:\s*(.*)$/m.exec(cpus)?.[1] ?? 'unknown',
    host: release(),
    cpus: spec.cpus,
    memory: spec.memoryMiB,
    kernel: await sha256(kernel),
    image: spec.image.id,
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
