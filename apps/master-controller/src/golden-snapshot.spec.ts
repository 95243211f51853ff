import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SCRIPT = 'build-golden-snapshot-complete.sh';
const AGENT = 'opt/polydev-ai/vm-agent';

/** In the program's place: says how it was called, and waits or fails if it is told to. */
const PROGRAM = `
console.log(JSON.stringify({ args: process.argv.slice(2), settings: process.env.GOLDEN_IMAGE_SETTINGS }));
if (process.env.WAIT) setInterval(() => undefined, 1000);
process.exitCode = Number(process.env.CODE ?? 0);
`;

describe('the script that a deploy of the agent runs on the server', () => {
  let folder: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  /** As a hook calls it: through the controller's symlink, from another folder. */
  const start = (env: NodeJS.ProcessEnv = {}, args: readonly string[] = []) =>
    spawn('bash', [join(folder, 'opt/master-controller/scripts', SCRIPT), ...args], {
      cwd: '/',
      env: { PATH: process.env['PATH'], ...env },
    });
  const run = async (env?: NodeJS.ProcessEnv, args?: readonly string[]) => {
    const child = start(env, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'golden-'));
    const release = 'opt/polydev-ai/targets/master-controller/releases/r1';
    cpSync(join(__dirname, '../scripts'), join(folder, release, 'scripts'), { recursive: true });
    write(`${release}/golden-image.cjs`, PROGRAM);
    symlinkSync(join(folder, release), join(folder, 'opt/master-controller'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has the program beside it build an image of the agent beside the controller', async () => {
    write(`${AGENT}/main.js`, '');
    const { code, output } = await run({ GOLDEN_IMAGE_SETTINGS: '{"cpus":2}' });
    expect(JSON.parse(output)).toEqual({
      args: ['build', `--agent=${join(folder, AGENT)}`],
      settings: '{"cpus":2}',
    });
    expect(code).toBe(0);
  });

  it.each(['VM_AGENT_PATH', 'DEPLOY_PATH'])('takes the agent at %s', async (variable) => {
    write('else where/main.js', '');
    const { output } = await run({ [variable]: join(folder, 'else where') });
    expect(JSON.parse(output)).toEqual({ args: ['build', `--agent=${join(folder, 'else where')}`] });
  });

  it('passes on what it is given, and how the program ended', async () => {
    write(`${AGENT}/main.js`, '');
    const { code, output } = await run({ CODE: '1' }, ['--refresh']);
    expect(JSON.parse(output)).toMatchObject({ args: ['build', expect.any(String), '--refresh'] });
    expect(code).toBe(1);
  });

  it('is the program while that runs, so that what ends the hook ends it', async () => {
    write(`${AGENT}/main.js`, '');
    const child = start({ WAIT: '1' });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });

  it('fails where no agent was synced, and says where it looked', async () => {
    const { code, output } = await run();
    expect(output).toContain(`there is no VM agent at ${join(folder, AGENT)} (main.js is missing)`);
    expect(code).toBe(1);
  });

  it('fails where the program is missing, and says what brings it', async () => {
    write(`${AGENT}/main.js`, '');
    rmSync(join(folder, 'opt/master-controller/golden-image.cjs'));
    const { code, output } = await run();
    expect(output).toMatch(/there is no \S+\/golden-image\.cjs; deploy master-controller afresh/);
    expect(code).toBe(1);
  });
});
