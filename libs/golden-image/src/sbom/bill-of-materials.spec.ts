import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltLayers } from '../layers/build-layers';
import { requireTools } from '../tools';
import { billOf, billOfMaterials } from './bill-of-materials';
import { distribution, originOf } from './debian-packages';

const layers = [
  { name: 'base', file: 'base.erofs', sha256: 'b'.repeat(64), size: 1 },
  { name: 'agent', file: 'agent.erofs', sha256: 'a'.repeat(64), size: 1 },
] as const;
const contents = {
  agent: { name: '@polydev/vm-agent', version: '1.2.3', digest: 'd'.repeat(64) },
  node: 'v20.20.2',
  kernel: { name: 'linux-image-6.1.0-1-cloud-amd64', version: '6.1.2-3', architecture: 'amd64' },
  files: [],
};
const image = { id: 'img-0123456789abcdef', createdAt: '2026-11-24T18:00:00.000Z' };
const origin = {
  packages: [{ name: 'libstdc++6', version: '1:12.2.0-14+deb12u1', architecture: 'amd64', source: 'gcc-12' }],
  others: ['/opt/node/lib/libown.so'],
};
const bill = billOf({ built: { layers, contents }, image, origin, system: { id: 'debian', version: '12' } });

describe('the bill of materials of an image', () => {
  it('is a CycloneDX 1.6 document of this image', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { timestamp: image.createdAt, component: { type: 'container', name: image.id } },
    });
    // The pattern of the published schema.
    expect(bill.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('names the agent, Node, the kernel, the packages that files came with, the files of none, and the layers', () => {
    expect(bill.components.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'application @polydev/vm-agent',
      'platform node',
      'operating-system linux-image-6.1.0-1-cloud-amd64',
      'library libstdc++6',
      'file /opt/node/lib/libown.so',
      'file base.erofs',
      'file agent.erofs',
    ]);
    expect(bill.components.flatMap((component) => ('purl' in component ? [component.purl] : []))).toEqual([
      'pkg:npm/%40polydev/vm-agent@1.2.3',
      'pkg:generic/node@20.20.2',
      'pkg:deb/debian/linux-image-6.1.0-1-cloud-amd64@6.1.2-3?arch=amd64&distro=debian-12&upstream=linux',
      'pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12',
    ]);
  });

  it('refers to each component once, and the image depends on all of them', () => {
    const references = bill.components.map((component) => component['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    expect(bill.dependencies).toEqual([{ ref: image.id, dependsOn: references }]);
  });

  it('is the same text for the same image, and has another serial number for another', async () => {
    const built = { layers, contents } as unknown as BuiltLayers;
    const text = await billOfMaterials(built, image);
    expect(text).toBe(await billOfMaterials(built, image));
    const other = JSON.parse(await billOfMaterials(built, { ...image, id: 'img-fedcba9876543210' })) as typeof bill;
    expect(other.serialNumber).not.toBe((JSON.parse(text) as typeof bill).serialNumber);
  });
});

describe('where files of this machine came from', () => {
  it('is the package that brought each, whichever of its names it is asked by', async () => {
    const { busybox, perl } = requireTools(['busybox', 'perl']);
    const { packages, others } = await originOf([busybox, perl, '/bin/tar', '/usr/bin/tar']);
    expect(packages.map(({ name }) => name)).toEqual(['busybox-static', 'perl-base', 'tar']);
    expect(packages[0]).toMatchObject({ source: 'busybox', version: expect.stringMatching(/^\d+:\d/) });
    expect(others).toEqual([]);
  });

  it('is nowhere for a file that no package brought', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
    try {
      writeFileSync(join(folder, 'own'), '');
      expect(await originOf([join(folder, 'own')])).toEqual({ packages: [], others: [join(folder, 'own')] });
      writeFileSync(join(folder, 'os-release'), 'PRETTY_NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="24.04"\n');
      expect(await distribution(join(folder, 'os-release'))).toEqual({ id: 'ubuntu', version: '24.04' });
      expect(await distribution(join(folder, 'none'))).toEqual({ id: 'linux', version: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
