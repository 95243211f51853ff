import type { TargetConfig } from '@polydev/manifest';
import { judgeHost, neededCommands, type HostFacts } from './judge';

const fine: HostFacts = { missing: [], locked: [], freeBytes: 50e9, freeInodes: 1e6, node: 'v20.20.2' };

it('finds nothing on a host that has all it needs', () => {
  expect(judgeHost('web-1', '/opt/state', fine)).toEqual([]);
});

it.each<[string, Partial<HostFacts>, string, string]>([
  ['a missing tool', { missing: ['pm2', 'zstd'] }, 'error', 'TOOL_MISSING'],
  ['a directory we may not write', { locked: ['/opt'] }, 'error', 'NO_PERMISSION'],
  ['a full disk', { freeBytes: 5e6 }, 'error', 'DISK_FULL'],
  ['a disk that is nearly full', { freeBytes: 500e6 }, 'warning', 'DISK_LOW'],
  ['no inodes left', { freeInodes: 12 }, 'error', 'DISK_FULL'],
])('names %s with what to do', (_, facts, level, code) => {
  expect(judgeHost('web-1', '/opt/state', { ...fine, ...facts })).toEqual([
    expect.objectContaining({ level, code, host: 'web-1', hint: expect.stringMatching(/\w/) as string }),
  ]);
});

it('reports everything at once', () => {
  expect(
    judgeHost('web-1', '/opt', { ...fine, missing: ['tar'], locked: ['/opt', '/srv'], freeBytes: 1 }),
  ).toHaveLength(4);
});

it('asks for the programs that the manifest’s commands begin with, and not for what a shell would have to read', () => {
  const target = {
    restart: 'systemctl restart api',
    postDeploy: 'bash /x.sh',
    preDeploy: '(cd x && y)',
    install: 'auto',
  } as unknown as TargetConfig;
  const commands = neededCommands([target]);
  expect(commands).toEqual(expect.arrayContaining(['perl', 'systemctl', 'bash']));
  expect(commands.join(' ')).not.toContain('(');
});
