import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SCRIPT = 'build-golden-snapshot-complete.sh';

/** An agent that says where it listens and who it is, and answers what it is told to. */
const agent = (body: string) => `
  const fs = require('fs');
  fs.writeFileSync(process.env.NOTE, process.pid + ' ' + process.env.HOST);
  require('http').createServer((_, response) => response.end(${JSON.stringify(body)})).listen(process.env.PORT, process.env.HOST);`;

describe('the script that will build a golden image', () => {
  let folder: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  /** The script as a hook calls it: through the controller's symlink, from another folder. */
  const start = (env: NodeJS.ProcessEnv = {}) => {
    const fixed = { PATH: process.env['PATH'], TMPDIR: join(folder, 'tmp'), NOTE: join(folder, 'note') };
    return spawn('bash', [join(folder, 'opt/master-controller/scripts', SCRIPT)], {
      cwd: '/',
      env: { ...fixed, ...env },
    });
  };
  const run = async (env: NodeJS.ProcessEnv = {}) => {
    const child = start(env);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  };
  const agentRuns = (): boolean => {
    const [pid] = readFileSync(join(folder, 'note'), 'utf8').split(' ');
    try {
      return process.kill(Number(pid), 0);
    } catch {
      return false;
    }
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'golden-'));
    mkdirSync(join(folder, 'tmp'));
    const release = 'opt/polydev-ai/targets/master-controller/releases/r1';
    cpSync(join(__dirname, '../scripts'), join(folder, release, 'scripts'), { recursive: true });
    symlinkSync(join(folder, release), join(folder, 'opt/master-controller'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts the agent beside the controller, sees it ready, stops it and says that no image is built', async () => {
    write('opt/polydev-ai/vm-agent/main.js', agent('{"status":"ready","release":"r7"}'));
    const { code, output } = await run();
    expect(output).toMatch(
      /^golden snapshot: starting the agent at .*\/opt\/polydev-ai\/vm-agent on 127\.0\.0\.1:\d+\n/,
    );
    expect(output).toContain('the agent is ready: {"status":"ready","release":"r7"}\n');
    expect(output).toContain('no VM image is built yet');
    expect(code).toBe(0);
    expect(agentRuns()).toBe(false);
    expect(readFileSync(join(folder, 'note'), 'utf8')).toMatch(/ 127\.0\.0\.1$/);
  });

  it.each(['VM_AGENT_PATH', 'DEPLOY_PATH'])('takes the agent at %s', async (variable) => {
    write('elsewhere/main.js', agent('{"status":"ready"}'));
    const { code, output } = await run({ [variable]: join(folder, 'elsewhere') });
    expect(output).toContain(`starting the agent at ${join(folder, 'elsewhere')} `);
    expect(code).toBe(0);
  });

  it('leaves nothing in the folder for temporary files', async () => {
    write('opt/polydev-ai/vm-agent/main.js', agent('{"status":"ready"}'));
    await run();
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  it('fails where no agent was synced, and says where it looked', async () => {
    const { code, output } = await run();
    expect(output).toContain(`there is no VM agent at ${join(folder, 'opt/polydev-ai/vm-agent')} (main.js is missing)`);
    expect(code).toBe(1);
  });

  it('fails with the last lines of an agent that ends', async () => {
    write('opt/polydev-ai/vm-agent/main.js', `console.error('no config found'); process.exit(3);`);
    const { code, output } = await run();
    expect(output).toContain('  no config found\n');
    expect(output).toContain('the agent ended before it was ready.');
    expect(code).toBe(1);
  });

  it('fails with the answer of an agent that is never ready, and stops it', async () => {
    write('opt/polydev-ai/vm-agent/main.js', agent('{"status":"booting"}'));
    const { code, output } = await run({ GOLDEN_READY_TIMEOUT: '1' });
    expect(output).toContain('the agent was not ready within 1 s; it answered {"status":"booting"}.');
    expect(code).toBe(1);
    expect(agentRuns()).toBe(false);
  });

  it('stops the agent when it is itself ended while it waits', async () => {
    write('opt/polydev-ai/vm-agent/main.js', agent('{"status":"booting"}'));
    const child = start();
    while (!existsSync(join(folder, 'note')) || !agentRuns()) await new Promise((next) => setTimeout(next, 10));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([143, null]);
    expect(agentRuns()).toBe(false);
  });

  it('refuses a time limit that is none', async () => {
    write('opt/polydev-ai/vm-agent/main.js', agent('{"status":"ready"}'));
    const { code, output } = await run({ GOLDEN_READY_TIMEOUT: 'soon' });
    expect(output).toContain("GOLDEN_READY_TIMEOUT is 'soon'; whole seconds are expected.");
    expect(code).toBe(1);
  });
});
