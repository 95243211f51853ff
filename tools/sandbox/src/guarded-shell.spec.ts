import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { newFolder } from '../testing/sandbox';
import { makeFolders, openLayout, type Layout } from './layout';
import { installShims } from './daemon/shims';

let layout: Layout;
let cwd: string;
beforeAll(() => {
  layout = openLayout(join(newFolder(), 'it\'s a "folder"'));
  makeFolders(layout);
  installShims(layout);
  cwd = join(layout.root, 'opt/app');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'script.sh'), '#!/usr/bin/env bash\necho "script $*"\n');
});
afterAll(() => rmSync(join(layout.directory, '..'), { recursive: true }));

async function shell(
  args: readonly string[],
  extra: { name?: string; input?: string; env?: Record<string, string> } = {},
) {
  const PATH = `${layout.bin}:${process.env['PATH']}`;
  const env = { PATH, HOME: layout.home, DEPLOY_PATH: `${layout.root}/opt`, ...extra.env };
  const program = join(layout.bin, extra.name ?? 'sh');
  const { exitCode, stdout, stderr } = await execa(program, args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    input: extra.input ?? '',
  });
  return { exitCode, stdout, stderr };
}

/** The root as a person writes it in a shell string: in quotes. */
const quotedRoot = () => `'${layout.root.replaceAll("'", `'\\''`)}'`;

describe('refused before anything runs', () => {
  test.each([
    [
      "the seed's hook",
      'bash /opt/master-controller/scripts/build-golden-snapshot-complete.sh',
      '/opt/master-controller/scripts/build-golden-snapshot-complete.sh is outside the sandbox',
    ],
    ['an absolute path', 'rm -rf /opt/x', '/opt/x is outside'],
    ['the root of the machine', 'rm -rf /', '/ is outside'],
    ['one in double quotes', 'rm -rf "/opt/x"', '/opt/x is outside'],
    ['one in single quotes', "rm -rf '/opt/x'", '/opt/x is outside'],
    ['one in pieces', 'rm -rf "/o"\'p\'t/x', '/opt/x is outside'],
    ['one with a backslash', 'rm -rf \\/opt/x', '/opt/x is outside'],
    ['one after a redirection', 'echo x >/etc/motd', '/etc/motd is outside'],
    ['one after an equals sign', 'D=/opt; rm -rf $D', '/opt is outside'],
    ['one in an option', 'npm install --prefix=/opt/x', '/opt/x is outside'],
    ['one attached to an option', 'tar -C/opt -xf a.tar', '/opt is outside'],
    ['one as a default', 'rm -rf ${D:-/opt/x}', '/opt/x is outside'],
    ['one in braces', 'rm -rf a{/opt,b}', '/opt is outside'],
    ['one in a command substitution', 'echo $(ls /opt)', '/opt is outside'],
    ['one in backticks', 'echo `ls /opt`', '/opt is outside'],
    ['one on a second line', 'true\nrm -rf /opt/x', '/opt/x is outside'],
    ['one in a shell within', "/bin/sh -c 'true'", '/bin/sh is outside'],
    ['one that curl would send', 'curl -d @/etc/passwd http://localhost', '/etc/passwd is outside'],
    ['a file URL', 'curl file:///etc/passwd', '/etc/passwd is outside'],
    ['a remote path', 'rsync -a x host:/opt/x', '/opt/x is outside'],
    ['a path that climbs out', 'rm -rf ../../../x', '../../../x leads out'],
    ['a variable that climbs out', 'rm -rf $DEPLOY_PATH/../../x', '$DEPLOY_PATH/../../x leads out'],
    ['a home folder', 'rm -rf ~/x', '~/x is a home folder'],
    ["another's home folder", 'rm -rf ~root', '~root is a home folder'],
    ['an unset variable before a slash', 'rm -rf $RELEASE/tmp', '$RELEASE is not set'],
    ['the same in braces', 'rm -rf "${RELEASE}/tmp"', '$RELEASE is not set'],
    ['sudo', 'true && sudo systemctl restart app', 'it uses sudo'],
  ])('%s', async (_, text, why) => {
    const { exitCode, stdout, stderr } = await shell(['-c', `touch ran; ${text}`]);

    expect(stderr).toMatch(/^sandbox: refused to run this with sh: /);
    expect(stderr).toContain(why);
    expect(stderr).toContain('Nothing was run.');
    expect([exitCode, stdout, existsSync(join(cwd, 'ran'))]).toEqual([126, '', false]);
  });

  test('a folder beside the root that begins like it', async () => {
    expect(await shell(['-c', `ls ${quotedRoot()}2/opt`])).toMatchObject({ exitCode: 126 });
  });

  test('a path through the root and out again', async () => {
    expect(await shell(['-c', `ls ${quotedRoot()}/../bin`])).toMatchObject({ exitCode: 126 });
  });

  test.each([
    [['-ec', 'ls /opt']],
    [['-e', '-u', '-c', 'ls /opt']],
    [['-o', 'errexit', '-c', 'ls /opt']],
    [['-c', 'ls "$1"', 'name', '/opt']],
    [['/opt/script.sh']],
    [['script.sh', '/opt']],
    [['-e', '/opt/script.sh']],
    [['--', '/opt/script.sh']],
  ])('with the arguments %j', async (args) => {
    expect(await shell(args, { name: 'bash' })).toMatchObject({ exitCode: 126, stdout: '' });
  });
});

describe('run', () => {
  test.each([
    ['plain commands', 'echo hello', 'hello'],
    ['harmless devices', 'echo gone >/dev/null 2>&1; cat </dev/null; echo here', 'here'],
    ['relative paths that stay inside', 'cd .. && ls ./app/../app', 'script.sh'],
    ['URLs', 'echo http://localhost:4000/api/auth/health', 'http://localhost:4000/api/auth/health'],
    ['expressions with a slash inside a word', "echo a | sed 's/a/b/'", 'b'],
    ['variables that are set', 'echo "${DEPLOY_PATH}/x" | tail -c 7', '/opt/x'],
    ['variables that the text sets itself', 'for f in a b; do printf %s "$f/x "; done; X=c; echo $X/x', 'a/x b/x c/x'],
    ['a path after a command substitution', 'test -f "$(pwd)"/script.sh && echo found', 'found'],
    ['exit codes', 'exit 7', ''],
  ])('%s', async (_, text, output) => {
    const { stdout, stderr, exitCode } = await shell(['-c', text]);

    expect({ stdout, stderr, exitCode }).toEqual({ stdout: output, stderr: '', exitCode: text === 'exit 7' ? 7 : 0 });
  });

  test('a path inside the root, also with quotes and spaces in it', async () => {
    expect(await shell(['-c', `ls ${quotedRoot()}/opt/app`])).toMatchObject({ exitCode: 0, stdout: 'script.sh' });
  });

  test('a script inside the root with its arguments, by bash itself', async () => {
    const args = [join(cwd, 'script.sh'), 'one', join(layout.root, 'opt')];

    expect(await shell(args, { name: 'bash' })).toMatchObject({ stdout: `script one ${layout.root}/opt`, exitCode: 0 });
  });

  test('commands from standard input', async () => {
    expect(await shell([], { input: 'echo from input' })).toMatchObject({ stdout: 'from input', exitCode: 0 });
  });

  test('an installed program that is a script, whatever paths it is given', async () => {
    const installed = newFolder();
    const tool = join(installed, 'tool');
    copyFileSync(join(cwd, 'script.sh'), tool);
    chmodSync(tool, 0o755);
    const PATH = `${layout.bin}:${installed}:${process.env['PATH']}`;

    expect(await shell(['-c', 'tool "$WHERE"'], { env: { PATH, WHERE: '/tmp' } })).toMatchObject({
      stdout: 'script /tmp',
    });
    rmSync(installed, { recursive: true });
  });
});

test.each(['sudo', 'pkill', 'reboot', 'apt-get'])('%s is refused by its own name too', async (program) => {
  const { exitCode, stderr } = await shell(['-c', '$PROGRAM x'], { env: { PROGRAM: program } });

  expect(exitCode).toBe(126);
  expect(stderr).toContain(`sandbox: refused \`${program}\`: it acts on this whole machine`);
});

test('of apt-get only what downloads a package is let through, as that changes nothing of the machine', async () => {
  const printUris = 'apt-get -o Dir::State::status=/dev/null download --print-uris no-such-package';
  const { stderr } = await shell(['-c', '$COMMAND'], { env: { COMMAND: printUris } });
  expect(stderr).not.toContain('sandbox: refused');
  const other = await shell(['-c', '$COMMAND'], { env: { COMMAND: 'apt-get -qq install download' } });
  expect(other).toMatchObject({ exitCode: 126, stderr: expect.stringContaining('sandbox: refused `apt-get`') });
});
