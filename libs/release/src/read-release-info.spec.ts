import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseInfoSchema, RELEASE_FILE } from '@polydev/contract';
import { readReleaseInfo } from './read-release-info';

const info = {
  target: 'frontend',
  environment: 'production',
  release: '20261124T081530.123Z-abc123f',
  sha: 'a'.repeat(40),
  digest: 'd'.repeat(64),
};

describe('readReleaseInfo', () => {
  let folder: string;
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'release-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('finds the release beside the program', () => {
    write(RELEASE_FILE, JSON.stringify(info));
    expect(readReleaseInfo(folder)).toEqual(info);
  });

  it('knows with which migrations the release was built', () => {
    const migrations = { database: '20261101000001' };
    write(RELEASE_FILE, JSON.stringify({ ...info, migrations }));
    expect(readReleaseInfo(folder)?.migrations).toEqual(migrations);
  });

  it('finds the release above a nested entry, but does not search all the way up', () => {
    write(RELEASE_FILE, JSON.stringify(info));
    mkdirSync(join(folder, 'a/b/c/d'), { recursive: true });
    expect(readReleaseInfo(join(folder, 'a/b/c'))).toEqual(info);
    expect(readReleaseInfo(join(folder, 'a/b/c/d'))).toBeUndefined();
  });

  it('reads the release that a symlink points at, not the folder the symlink lies in', () => {
    write(`live/${RELEASE_FILE}`, JSON.stringify({ ...info, release: 'the-live-one' }));
    write(`elsewhere/${RELEASE_FILE}`, JSON.stringify({ ...info, release: 'another' }));
    symlinkSync(join(folder, 'live'), join(folder, 'elsewhere/current'));
    expect(readReleaseInfo(join(folder, 'elsewhere/current'))?.release).toBe('the-live-one');
  });

  it.each([
    ['is not JSON', '{"target":'],
    ['is JSON of another shape', '[]'],
    ['names migrations that are none', JSON.stringify({ ...info, migrations: 'many' })],
    ...Object.entries(releaseInfoSchema.shape)
      .filter(([, schema]) => !schema.safeParse(undefined).success)
      .map(([field]) => [`lacks ${field}`, JSON.stringify({ ...info, [field]: undefined })]),
  ])('knows no release when the file %s', (_, text) => {
    write(RELEASE_FILE, text);
    expect(readReleaseInfo(folder)).toBeUndefined();
  });
});
