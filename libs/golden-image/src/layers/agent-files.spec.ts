import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAgentFiles } from './agent-files';
import { SAMPLE_AGENT, writeAgent } from './testing/sample-agent';

describe("an agent's files", () => {
  let directory: string;
  beforeEach(() => {
    directory = writeAgent(mkdtempSync(join(tmpdir(), 'agent-')), SAMPLE_AGENT);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are all that is in its folder, without what the release and the image say of themselves', async () => {
    writeAgent(directory, { '.release.json': '{}', '.agent.json': '{}', '.env.example': 'A=1\n' });
    symlinkSync('../main.js', join(directory, 'lib/entry.js'));
    chmodSync(join(directory, 'main.js'), 0o755);
    const { name, version, entries } = await readAgentFiles(directory);
    expect([name, version]).toEqual(['@sample/agent', '1.2.3']);
    expect(entries.map(({ path, ...entry }) => [path, 'executable' in entry ? entry.executable : entry.type])).toEqual([
      ['.env.example', false],
      ['lib', 'directory'],
      ['lib/data', 'directory'],
      ['lib/data/empty.txt', false],
      ['lib/entry.js', 'symlink'],
      ['main.js', true],
      ['package.json', false],
    ]);
  });

  it('need no package.json', async () => {
    unlinkSync(join(directory, 'package.json'));
    expect(await readAgentFiles(directory)).toMatchObject({ name: 'agent', version: '0.0.0' });
  });

  it('are refused with everything that is wrong with them', async () => {
    unlinkSync(join(directory, 'main.js'));
    writeAgent(directory, { 'package.json': '{"name":"a","version":"1\\" rm"}' });
    symlinkSync('/etc/passwd', join(directory, 'absolute'));
    symlinkSync('../../outside', join(directory, 'lib/away'));
    const socket = createServer().listen(join(directory, 'socket'));
    await once(socket, 'listening');
    try {
      await expect(readAgentFiles(directory)).rejects.toMatchObject({
        code: 'AGENT_UNUSABLE',
        message: expect.stringContaining(
          'it has no main.js; the link absolute leads out of it; the link lib/away leads out of it; ' +
            'socket is neither a file nor a folder nor a link; its version "1\\" rm" is none',
        ),
      });
    } finally {
      socket.close();
    }
  });

  it('are refused where a name cannot be read, or its entry is a folder, and no name drives a terminal', async () => {
    unlinkSync(join(directory, 'main.js'));
    mkdirSync(join(directory, 'main.js'));
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.from([0xe9])]), '');
    symlinkSync('/etc/passwd', join(directory, 'a\x1b[31m\nb'));
    await expect(readAgentFiles(directory)).rejects.toMatchObject({
      code: 'AGENT_UNUSABLE',
      message: expect.stringContaining(
        'the link a\\x1b[31m\\nb leads out of it; caf\ufffd was removed meanwhile, or its name is no UTF-8; its main.js is a folder',
      ),
    });
  });

  it('are refused where there is no such folder', async () => {
    await expect(readAgentFiles(join(directory, 'none'))).rejects.toMatchObject({
      code: 'AGENT_UNUSABLE',
      message: expect.stringContaining('it cannot be read (ENOENT)'),
    });
  });
});
