import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdSocket, startLoad } from '../testing';

const PAGE = readFileSync(join(__dirname, '../../../docs/services.md'), 'utf8');

describe('the program in docs/services.md', () => {
  let folder: string;
  const program = () => join(folder, 'main.mjs');
  const told = (): string => (existsSync(join(folder, 'told')) ? readFileSync(join(folder, 'told'), 'utf8') : '');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    writeFileSync(program(), /^```js\n([^]*?)^```/m.exec(PAGE)?.[1] ?? '');
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\nprintf '%s;' "$*" >>'${folder}/told'\n`);
    chmodSync(join(folder, 'systemd-notify'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('fails no request while it is restarted on the socket that systemd holds', async () => {
    const held = await holdSocket([process.execPath, program()], { PATH: process.env['PATH'] });
    const load = startLoad(`http://127.0.0.1:${held.port}`, ['GET', 'POST', 'GET', 'POST']);
    const runs: number[] = [];
    for (let restart = 0; restart < 4; restart++) {
      while (load.answers.size <= restart) await new Promise((next) => setTimeout(next, 10));
      runs.push(await held.restart());
    }
    while (load.answers.size < 5) await new Promise((next) => setTimeout(next, 10));
    await load.stop();
    await held.release();
    expect(load.failures).toEqual([]);
    expect([...load.answers.keys()].slice(1)).toEqual(runs.map(String));
  });

  it('opens its port where it is given none, tells systemd when it is ready and when it ends, and exits 0', async () => {
    const port = String(await freePort());
    const env = { PATH: `${folder}:${process.env['PATH']}`, PORT: port, NOTIFY_SOCKET: '/run/any', STOP_TIMEOUT: '5' };
    const child = spawn(process.execPath, [program()], { env, stdio: 'inherit' });
    while (told() !== 'READY=1;') await new Promise((next) => setTimeout(next, 5));
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe(String(child.pid));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    while (told() !== 'READY=1;STOPPING=1;') await new Promise((next) => setTimeout(next, 5));
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
