import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageFiles } from '../src/drivers/driver';
import { GUEST_FILES, GUEST_INIT } from '../src/guest/init';
import { GUEST_PROBE } from '../src/guest/probe';
import { GUEST_WAKE } from '../src/guest/wake';
import { buildLayers } from '../src/layers/build-layers';
import { newcArchive } from '../src/layers/newc';
import { SAMPLE_AGENTS, SAMPLE_DIGEST, type SampleAgent } from './sample-agents';

/**
 * Layers of all tests of a machine, kept from run to run: a kernel is downloaded and a base is built once. Tests that run at the same
 * time may share it, at worst they build a layer twice. What is in it depends on its name alone.
 */
export const SAMPLE_ROOT = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'polydev',
  'golden-image',
  'kernel-package',
);

/** An image with a sample agent; its layers lie in {@link SAMPLE_ROOT}. */
export const sampleImage = async (agent: SampleAgent, kind: 'vm' | 'process' = 'vm'): Promise<ImageFiles> => {
  const directory = mkdtempSync(join(tmpdir(), 'sample-agent-'));
  try {
    writeFileSync(join(directory, 'main.js'), `${SAMPLE_AGENTS[agent]}\n`);
    writeFileSync(join(directory, 'package.json'), '{"name":"sample-agent","version":"1.0.0"}\n');
    mkdirSync(SAMPLE_ROOT, { recursive: true });
    const built = await buildLayers({ root: SAMPLE_ROOT, kind, agent: { directory, digest: SAMPLE_DIGEST } });
    return { id: built.id, kind: built.kind, layers: built.files };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** The good image with something wrong below its agent; what differs is written to `directory`. */
export const spoiltImage = async (
  fault: 'junk-base' | 'junk-agent' | 'panic' | 'shared-randomness' | 'wrong-clock',
  directory: string,
): Promise<ImageFiles> => {
  const good = await sampleImage('good');
  const replaced = (layer: keyof ImageFiles['layers'], content: Buffer): ImageFiles => {
    const file = join(directory, `${fault}.${layer}`);
    writeFileSync(file, content);
    return { ...good, layers: { ...good.layers, [layer]: file } };
  };
  // A kernel unpacks archives one after another, and a later file replaces an earlier one (Linux: initramfs buffer format).
  const initrdWith = (texts: Readonly<Record<string, string>>): ImageFiles => {
    const files = Object.entries(texts).map(
      ([path, text]) => ({ path, type: 'file', mode: 0o755, content: Buffer.from(text) }) as const,
    );
    return replaced('initrd', Buffer.concat([readFileSync(good.layers.initrd ?? ''), newcArchive(files)]));
  };
  switch (fault) {
    case 'junk-base':
      return replaced('base', Buffer.alloc(1024 * 1024, 'junk'));
    case 'junk-agent':
      return replaced('agent', Buffer.alloc(1024 * 1024, 'junk'));
    case 'panic':
      return initrdWith({ [GUEST_FILES.init]: '#!/bin/busybox sh\nexit 3\n' });
    case 'shared-randomness': {
      // As in a VM whose agent was started before its snapshot: what it takes for random is in the memory that all clones share.
      const before = 'head -c 32 /dev/urandom | hexdump -v -e \'/1 "%02x"\' > /base/run/random';
      const random = "require('node:fs').readFileSync('/run/random', 'latin1')";
      return initrdWith({
        [GUEST_FILES.init]: changed(GUEST_INIT, [/^facts=\$\(chroot/m, `${before}\n$&`]),
        [GUEST_FILES.probe]: changed(GUEST_PROBE, [/require\('node:crypto'\).*'hex'\)/, random]),
      });
    }
    case 'wrong-clock':
      return initrdWith({ [GUEST_FILES.wake]: changed(GUEST_WAKE, ['int($now / 1000)', '978307200']) });
  }
};

const changed = (program: string, [what, by]: readonly [string | RegExp, string]): string => {
  const text = program.replace(what, by);
  if (text === program) throw new Error(`the guest's program has no ${String(what)}`);
  return text;
};
