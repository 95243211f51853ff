import { spawnSync } from 'node:child_process';
import { newcArchive } from './newc';

describe('an initrd', () => {
  const archive = newcArchive([
    { path: 'dev', type: 'directory' },
    { path: 'dev/console', type: 'device', major: 5, minor: 1 },
    { path: 'init', type: 'file', mode: 0o755, content: Buffer.from('#!/bin/sh\n') },
    { path: 'odd', type: 'file', mode: 0o644, content: Buffer.from('seven..') },
    { path: 'bin', type: 'symlink', to: 'usr/bin' },
  ]);
  const cpio = (...args: string[]) => spawnSync('cpio', args, { input: archive, encoding: 'utf8' });

  it('is an archive that cpio can read, with devices, modes and links', () => {
    const { stdout, status } = cpio('--list', '--verbose', '--numeric-uid-gid', '--quiet');
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ').replace(/ Jan 1 1970 /, ' | '));
    expect(lines).toEqual([
      'drwxr-xr-x 2 0 0 0 | dev',
      'crw------- 1 0 0 5, 1 | dev/console',
      '-rwxr-xr-x 1 0 0 10 | init',
      '-rw-r--r-- 1 0 0 7 | odd',
      'lrwxrwxrwx 1 0 0 7 | bin -> usr/bin',
    ]);
  });

  it('holds the bytes of each file', () => {
    expect(cpio('--extract', '--to-stdout', '--quiet', 'odd').stdout).toBe('seven..');
  });
});
