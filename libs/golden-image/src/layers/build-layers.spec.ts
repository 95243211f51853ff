import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLayers, type BuiltLayers } from './build-layers';
import { sha256Of } from './files';
import { SAMPLE_AGENT, SAMPLE_DIGEST, writeAgent } from './testing/sample-agent';
import { indexOf, seededRoot } from './testing/seeded-root';

/** Real builds: a kernel's package is unpacked, this machine's Node packed. */
describe('the layers of an image that boots', () => {
  let root: string;
  let agents: string;
  let agent: string;
  let first: BuiltLayers;
  const roots: string[] = [];
  const freshRoot = async () => {
    const fresh = await seededRoot();
    roots.push(fresh);
    return fresh;
  };
  const build = (directory: string, options: { root?: string; digest?: string } = {}) =>
    buildLayers({
      root: options.root ?? root,
      kind: 'vm',
      agent: { directory, digest: options.digest ?? SAMPLE_DIGEST },
    });
  const changedAgent = (text: string) =>
    writeAgent(mkdtempSync(join(agents, 'changed-')), { ...SAMPLE_AGENT, 'main.js': text });
  /** Changes one byte in the middle; the time of the last change stays. */
  const damageSecretly = (path: string) => {
    const like = join(agents, 'time');
    execFileSync('touch', ['-r', path, like]);
    chmodSync(path, 0o644);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from('!'), 0, 1, 4096);
    closeSync(file);
    execFileSync('touch', ['-r', like, path]);
  };

  beforeAll(async () => {
    agents = mkdtempSync(join(tmpdir(), 'agents-'));
    agent = writeAgent(join(agents, 'agent'), SAMPLE_AGENT);
    root = await freshRoot();
    first = await build(agent);
  }, 120_000);
  afterAll(() => {
    for (const path of [agents, ...roots]) rmSync(path, { recursive: true, force: true });
  });

  it('are a kernel, a base, an initrd and an agent, named by what is in them', async () => {
    expect(first.rebuilt.toSorted()).toEqual(['agent', 'base', 'initrd', 'kernel']);
    expect(first.layers.map(({ name, file }) => [name, file])).toEqual([
      ['kernel', 'kernel'],
      ['base', 'base.erofs'],
      ['initrd', 'initrd.cpio'],
      ['agent', 'agent.erofs'],
    ]);
    for (const { name, sha256 } of first.layers) {
      expect(first.files[name]).toBe(join(root, 'layers', `${name}-${sha256}`));
      expect(await sha256Of(first.files[name] ?? '')).toBe(sha256);
    }
    expect(first.id).toMatch(/^img-[0-9a-f]{16}$/);
    expect(first.contents).toMatchObject({
      agent: { name: '@sample/agent', version: '1.2.3', digest: SAMPLE_DIGEST },
      node: process.version,
    });
  });

  it('are the same, bit for bit, from another folder, with another umask, order and time', async () => {
    const umask = process.umask(0o077);
    try {
      const files = Object.fromEntries(Object.entries(SAMPLE_AGENT).reverse());
      const other = writeAgent(mkdtempSync(join(agents, 'other-')), files);
      for (const path of Object.keys(files)) utimesSync(join(other, path), 1_000_000_000, 1_000_000_000);
      const second = await build(other, { root: await freshRoot() });
      expect(second.rebuilt).toHaveLength(4);
      expect(second.layers).toEqual(first.layers);
      expect(second.id).toBe(first.id);
    } finally {
      process.umask(umask);
    }
  }, 120_000);

  it('are not built again where nothing changed, and the index is not written', async () => {
    const index = indexOf(root);
    const again = await build(agent);
    expect(again.rebuilt).toEqual([]);
    expect(again.id).toBe(first.id);
    expect(indexOf(root)).toEqual(index);
  });

  it('stay the same where another commit of the same digest was released', async () => {
    const other = join(agents, 'other-release');
    cpSync(agent, other, { recursive: true });
    writeFileSync(join(other, '.release.json'), '{"sha":"another"}');
    expect((await build(other)).id).toBe(first.id);
  });

  it('are another image where the agent or its digest changed, of which only the agent is built', async () => {
    const changed = await build(changedAgent('throw new Error("no");\n'));
    expect(changed.rebuilt).toEqual(['agent']);
    expect(changed.id).not.toBe(first.id);
    expect((await build(agent, { digest: 'e'.repeat(64) })).id).not.toBe(first.id);
  });

  it('are read again only where something is built: a byte that went bad in the base is noticed then, and it is built again', async () => {
    const base = first.files.base ?? '';
    damageSecretly(base);
    expect((await build(agent)).rebuilt).toEqual([]);
    const changed = await build(changedAgent('// a change\n'));
    expect(changed.rebuilt.toSorted()).toEqual(['agent', 'base']);
    expect(`base-${await sha256Of(base)}`).toBe(base.split('/').at(-1));
  }, 60_000);

  it('are built again where one was cut short or is gone', async () => {
    const damaged = first.files.agent ?? '';
    chmodSync(damaged, 0o644);
    writeFileSync(damaged, readFileSync(damaged).subarray(0, 100));
    expect((await build(agent)).rebuilt).toEqual(['agent']);
    rmSync(damaged);
    expect((await build(agent)).rebuilt).toEqual(['agent']);
    expect((await build(agent)).id).toBe(first.id);
  });

  it('can be built again after the index was destroyed', async () => {
    writeFileSync(join(root, 'layers', 'index.json'), '{"version":1,"lay');
    const empty = await freshRoot();
    cpSync(join(empty, 'layers', 'index.json'), join(root, 'layers', 'index.json'));
    const again = await build(agent);
    expect(again.id).toBe(first.id);
    expect(again.rebuilt).toHaveLength(4);
    expect(readdirSync(join(root, 'work'))).toEqual([]);
  }, 60_000);

  it('hold an uncompressed kernel where Firecracker starts them, and the rest is shared', async () => {
    const request = {
      root,
      kind: 'vm',
      agent: { directory: agent, digest: SAMPLE_DIGEST },
      kernelForm: 'elf',
    } as const;
    const elf = await buildLayers(request);
    expect(elf.rebuilt).toEqual(['kernel']);
    const kernel = readFileSync(elf.files.kernel ?? '');
    expect(kernel.toString('latin1', 0, 4)).toBe('\x7fELF');
    // What the kernel prints first: the whole of it was uncompressed rightly, or it would not stand there.
    expect(kernel.includes(`Linux version ${elf.contents.kernel?.name.replace('linux-image-', '')} `)).toBe(true);
    expect(elf.files.base).toBe(first.files.base);
  }, 60_000);
});

describe('the layer of an image without a VM', () => {
  it('is an archive of the agent alone, the same from wherever it is built', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'process-image-'));
    try {
      const builds = await Promise.all(
        ['one', 'two'].map((name) =>
          buildLayers({
            root: join(directory, name, 'images'),
            kind: 'process',
            agent: { directory: writeAgent(join(directory, name, 'agent'), SAMPLE_AGENT), digest: SAMPLE_DIGEST },
          }),
        ),
      );
      expect(builds[0]?.layers).toEqual(builds[1]?.layers);
      expect(builds[0]?.layers).toEqual([expect.objectContaining({ name: 'agent', file: 'agent.tar' })]);
      const listing = execFileSync('tar', ['-tf', builds[0]?.files.agent ?? ''], { encoding: 'utf8' });
      expect(listing.split('\n').filter(Boolean)).toEqual([
        './',
        './.agent.json',
        './lib/',
        './lib/data/',
        './lib/data/empty.txt',
        './main.js',
        './package.json',
      ]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
