import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTools } from '../tools';
import { kernelPackage } from './kernel-package';
import { LayerStore } from './layer-store';

/** An apt of our own, which offers what lies in a folder; the packages are real. */
describe("the package of the guests' kernel", () => {
  let folder: string;
  let offer: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kernel-package-'));
    offer = join(folder, 'offer');
    mkdirSync(offer);
    program('apt-cache', `echo linux-image-cloud-amd64; [ ! -e name ] || echo "  Depends: $(cat name)"`);
    program(
      'apt-get',
      `echo "$*" >> asked
       deb=$(ls *.deb) || { echo 'E: Unable to locate package' >&2; exit 100; }
       case "$*" in
         *--print-uris*) echo "'http://mirror.invalid/pool/$deb' $deb 1 SHA256:0" ;;
         *) cp "$deb" "$OLDPWD" ;;
       esac`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\ncd '${offer}' || exit\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const offerVersion = (version: string) => {
    readdirSync(offer).forEach((name) => rmSync(join(offer, name)));
    const name = `linux-image-${version}-cloud-amd64`;
    const tree = join(folder, version);
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    const control = [
      `Package: ${name}`,
      `Version: ${version}-1`,
      'Architecture: amd64',
      'Maintainer: a',
      'Description: b',
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), `${control.join('\n')}\n`);
    execFileSync('dpkg-deb', ['--build', tree, join(offer, `${name}_${version}-1_amd64.deb`)], { stdio: 'ignore' });
    writeFileSync(join(offer, 'name'), name);
  };
  const get = async (refresh = false) =>
    kernelPackage({
      store: await LayerStore.open(join(folder, 'images')),
      refresh,
      tools: {
        'apt-get': join(folder, 'apt-get'),
        'apt-cache': join(folder, 'apt-cache'),
        'dpkg-deb': requireTools(['dpkg-deb'])['dpkg-deb'],
      },
    });
  const downloads = () =>
    existsSync(join(offer, 'asked'))
      ? readFileSync(join(offer, 'asked'), 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !line.includes('--print-uris')).length
      : 0;
  const stored = () => readdirSync(join(folder, 'images/layers')).filter((name) => name.endsWith('.deb'));

  it('is downloaded once and then remembered, although Debian has a newer one', async () => {
    offerVersion('6.1.1');
    const first = await get();
    expect(first).toMatchObject({ name: 'linux-image-6.1.1-cloud-amd64', version: '6.1.1-1', architecture: 'amd64' });
    expect(stored()).toEqual([first.file]);
    offerVersion('6.1.2');
    expect(await get()).toEqual(first);
    expect(downloads()).toBe(0);
  });

  it('is a newer one when asked to look for it, in place of the one before', async () => {
    offerVersion('6.1.1');
    const first = await get();
    expect(await get(true)).toEqual(first);
    expect(downloads()).toBe(1);
    offerVersion('6.1.2');
    const second = await get(true);
    expect(second.version).toBe('6.1.2-1');
    expect(stored()).toEqual([second.file]);
  });

  it('is downloaded again where it is damaged or gone', async () => {
    offerVersion('6.1.1');
    const { file } = await get();
    const path = join(folder, 'images/layers', file);
    writeFileSync(path, 'no package');
    await get();
    rmSync(path);
    await get();
    expect(downloads()).toBe(3);
  });

  it.each([
    ['knows no kernel', () => undefined, 'apt knows no kernel that linux-image-cloud-amd64 depends on'],
    ['has nothing to download', () => writeFileSync(join(offer, 'name'), 'linux-image-6'), 'Unable to locate package'],
  ])('cannot be had where apt %s, which is said with what to do', async (_, arrange, reason) => {
    arrange();
    await expect(get()).rejects.toMatchObject({
      code: 'KERNEL_UNAVAILABLE',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('sudo apt-get update'),
    });
    expect(readdirSync(join(folder, 'images/work'))).toEqual([]);
  });
});
