import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findTool, IMAGE_TOOLS, requireTools } from './tools';

const SCRIPT = join(__dirname, '../../../scripts/install-golden-image.sh');

describe('the programs that golden images need', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tools-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are found on the search path', () => {
    expect(requireTools(['tar'])).toEqual({ tar: expect.stringMatching(/\/bin\/tar$/) });
  });

  it('are told all at once where they are missing, with their packages and what installs them', () => {
    expect(() => requireTools(['tar', 'mkfs.erofs', 'qemu-system-x86_64', 'busybox'], folder)).toThrow(
      expect.objectContaining({
        code: 'IMAGE_TOOLS_MISSING',
        message: expect.stringContaining(
          'tar (Debian package tar), mkfs.erofs (Debian package erofs-utils), ' +
            'qemu-system-x86_64 (Debian package qemu-system-x86), busybox (Debian package busybox-static) are missing',
        ),
        hint:
          'Run `bash scripts/install-golden-image.sh`, or ' +
          '`sudo apt-get install --no-install-recommends tar erofs-utils qemu-system-x86 busybox-static`.',
      }),
    );
  });

  it('do not count a busybox that needs libraries, which an initrd has not', () => {
    copyFileSync('/bin/ls', join(folder, 'busybox'));
    expect(findTool('busybox', folder)).toBeUndefined();
    expect(findTool('busybox', [folder, process.env['PATH']].join(delimiter))).toMatch(/\/bin\/busybox$/);
  });

  it('do not count a file that cannot be run', () => {
    writeFileSync(join(folder, 'tar'), '');
    chmodSync(join(folder, 'tar'), 0o644);
    expect(findTool('tar', folder)).toBeUndefined();
  });

  describe('the script that installs them', () => {
    const check = (path: string, argument = '--check') =>
      spawnSync('/bin/sh', [SCRIPT, argument], { encoding: 'utf8', env: { PATH: path } });

    it('knows the same programs and packages', () => {
      const [, list = ''] = /^needed='([^']*)'$/m.exec(readFileSync(SCRIPT, 'utf8')) ?? [];
      expect(Object.fromEntries(list.split('\n').map((line) => line.split(':')))).toEqual(IMAGE_TOOLS);
    });

    it('only tells what is missing when it is asked to check', () => {
      for (const program of [
        'sort',
        'tr',
        'sed',
        'ldd',
        'tar',
        'perl',
        'dpkg-deb',
        'dpkg-query',
        'apt-get',
        'apt-cache',
      ])
        symlinkSync(join('/usr/bin', program), join(folder, program));
      const { status, stdout, stderr } = check(folder);
      expect(stdout).toBe('Missing Debian packages: busybox-static erofs-utils qemu-system-x86\n');
      expect(stderr).toContain('run "bash scripts/install-golden-image.sh" to install them');
      expect(status).toBe(1);
    });

    it('says so where nothing is missing, and does not take what it does not know', () => {
      expect(check('/usr/bin:/bin')).toMatchObject({
        status: 0,
        stdout: 'All programs for golden images are installed.\n',
      });
      expect(check('/usr/bin:/bin', '--install')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('unknown option --install'),
      });
    });
  });
});
