import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installStandIn, TEST_KERNEL } from './install';

let directory: string;
let binary: string;
const processes: ChildProcess[] = [];
/** Of tests that change nothing in them. */
const shared: ChildProcess[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fc-'));
  binary = installStandIn(join(directory, 'bin'));
});
beforeEach(() => {
  for (const file of ['base', 'agent', 'initrd']) writeFileSync(join(directory, file), '{"version":"1","digest":"d"}');
  writeFileSync(join(directory, 'vmlinux'), TEST_KERNEL);
});
afterEach(async () => {
  for (const child of processes.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});
afterAll(() => {
  for (const child of shared) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

let count = 0;
const kept = new Map<string, Promise<Asked>>();
/** A process that all tests which only meet refusals share. */
const sharedOf = (kind: 'fresh' | 'booted'): Promise<Asked> => {
  const found =
    kept.get(kind) ??
    (kind === 'fresh' ? started() : booted()).then((vm) => {
      shared.push(...processes.splice(processes.indexOf(vm.child), 1));
      return vm;
    });
  kept.set(kind, found);
  return found;
};
const unique = `t${process.pid}`;

/** A process of the stand-in, and a way to ask it. */
async function started(program = binary) {
  const socket = join(directory, `${++count}.sock`);
  const child = spawn(program, ['--api-sock', socket, '--id', 'vm'], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  processes.push(child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const ask = (line: string, body?: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const [method, path] = line.split(' ');
      const sent = request({ socketPath: socket, method, path, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve(`${response.statusCode}${text && ` ${JSON.parse(text).fault_message ?? text}`}`),
        );
      });
      sent.on('error', reject).end(body && JSON.stringify(body));
    });
  for (;;) {
    const answer = await ask('GET /version').catch(() => undefined);
    if (answer) break;
    if (child.exitCode !== null) throw new Error(said);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { ask, child, socket, said: () => said };
}
type Asked = Awaited<ReturnType<typeof started>>;

const BOOT: readonly (readonly [string, object])[] = [
  ['PUT /machine-config', { vcpu_count: 1, mem_size_mib: 16 }],
  ['PUT /boot-source', { kernel_image_path: 'vmlinux', initrd_path: 'initrd', boot_args: 'console=ttyS0' }],
  ['PUT /drives/base', { drive_id: 'base', is_root_device: false, is_read_only: true, path_on_host: 'base' }],
  ['PUT /drives/agent', { drive_id: 'agent', is_root_device: false, is_read_only: true, path_on_host: 'agent' }],
  ['PUT /network-interfaces/eth0', { iface_id: 'eth0', host_dev_name: `${unique}-1` }],
  ['PUT /entropy', {}],
];
const START = ['PUT /actions', { action_type: 'InstanceStart' }] as const;
const CREATE = ['PUT /snapshot/create', { snapshot_path: 'state', mem_file_path: 'memory' }] as const;
const loadWith = (changes: object = {}) =>
  [
    'PUT /snapshot/load',
    { snapshot_path: 'state', mem_backend: { backend_type: 'File', backend_path: 'memory' }, ...changes },
  ] as const;
const onto = (tap: string) => ({ network_overrides: [{ iface_id: 'eth0', host_dev_name: `${unique}-${tap}` }] });

async function booted(): Promise<Asked> {
  const vm = await started();
  const tap = { iface_id: 'eth0', host_dev_name: `${unique}-b${count}` };
  for (const call of [...BOOT.slice(0, 4), ['PUT /network-interfaces/eth0', tap] as const, START])
    expect([call[0], await vm.ask(...call)]).toEqual([call[0], '204']);
  while (!vm.said().includes('GUEST-WAITING')) await new Promise((resolve) => setTimeout(resolve, 5));
  return vm;
}
async function snapshot(): Promise<void> {
  const vm = await booted();
  await vm.ask('PATCH /vm', { state: 'Paused' });
  expect(await vm.ask(...CREATE)).toBe('204');
  vm.child.kill();
  await once(vm.child, 'exit');
}

const PRE_BOOT = '400 The requested operation is not supported before starting the microVM.';
const POST_BOOT = '400 The requested operation is not supported after starting the microVM.';

it('boots what it was told, in any order, and answers 204 to each', async () => {
  const vm = await booted();
  expect(JSON.parse((await vm.ask('GET /')).slice(4))).toMatchObject({ id: 'vm', state: 'Running' });
  expect(vm.said()).toContain('GUEST-WAITING');
});

test.each([['PATCH /vm', { state: 'Paused' }], [...CREATE], ['PUT /actions', { action_type: 'SendCtrlAltDel' }]])(
  '%s %j is refused before the start',
  async (line, body) => {
    expect(await (await sharedOf('fresh')).ask(line, body)).toBe(PRE_BOOT);
  },
);

test.each([...BOOT, START, ['PUT /logger', { log_path: 'log' }], loadWith()] as [string, object][])(
  '%s is refused after the start',
  async (line, body) => {
    expect(await (await sharedOf('booted')).ask(line, body)).toBe(POST_BOOT);
  },
);

it('starts nothing without a kernel', async () => {
  const fault = '400 Start microvm error: Cannot start microvm without kernel configuration.';
  expect(await (await sharedOf('fresh')).ask(...START)).toBe(fault);
});

const DESERIALIZING = '400 An error occurred when deserializing the json body of a request:';
test.each([
  ['PUT /boot-source', {}, `${DESERIALIZING} missing field \`kernel_image_path\``],
  ['PUT /machine-config', { vcpu_count: 1 }, `${DESERIALIZING} missing field \`mem_size_mib\``],
  [
    'PUT /machine-config',
    { vcpu_count: 33, mem_size_mib: 16 },
    '400 Machine config error: The vCPU number is invalid!',
  ],
  ['PUT /machine-config', { vcpu_count: 'one', mem_size_mib: 16 }, `${DESERIALIZING} invalid type: string`],
  ['PUT /entropy', { quality: 1 }, `${DESERIALIZING} unknown field \`quality\``],
  ['PUT /actions', { action_type: 'Stop' }, `${DESERIALIZING} unknown variant \`Stop\``],
  ['PATCH /vm', { state: 'Running' }, `${DESERIALIZING} unknown variant \`Running\``],
  [
    'PUT /drives/a',
    { drive_id: 'b', is_root_device: false },
    '400 The id from the path does not match the id from the body!',
  ],
  [
    'PUT /drives/a',
    { drive_id: 'a', is_root_device: false, is_read_only: true, path_on_host: 'nix' },
    '400 Drive config error',
  ],
  ['PUT /boot-source', { kernel_image_path: 'nix' }, '400 Boot source error: The kernel file cannot be opened'],
  ['PUT /network-interfaces/eth0', { iface_id: 'eth0', host_dev_name: 'a-name-of-16-chr' }, '400 Network config error'],
  [
    'PUT /snapshot/load',
    { snapshot_path: 's' },
    `${DESERIALIZING} missing field: either \`mem_backend\` or \`mem_file_path\``,
  ],
  [...loadWith({ mem_file_path: 'memory' }), `${DESERIALIZING} too many fields: either`],
  [
    ...loadWith({ mem_backend: { backend_type: 'Disk', backend_path: 'm' } }),
    `${DESERIALIZING} unknown variant \`Disk\``,
  ],
  ['PUT /vm', { state: 'Paused' }, '400 Invalid request method and/or path: PUT vm.'],
] as [string, object, string][])('%s %j is answered with %s', async (line, body, fault) => {
  expect((await (await sharedOf('fresh')).ask(line, body)).slice(0, fault.length)).toBe(fault);
});

it('a snapshot is taken of a paused machine only', async () => {
  const vm = await booted();
  expect(await vm.ask(...CREATE)).toMatch(/^400 Create snapshot error: .*save\/restore unavailable while running/);
  await vm.ask('PATCH /vm', { state: 'Paused' });
  expect(await vm.ask(...CREATE)).toBe('204');
  await vm.ask('PATCH /vm', { state: 'Resumed' });
  expect(await vm.ask(...CREATE)).toMatch(/^400 Create snapshot error/);
});

it('a snapshot is loaded into a fresh process, which then is paused', async () => {
  await snapshot();
  const clone = await started();
  expect(await clone.ask('PUT /logger', { log_path: 'log' })).toBe('204');
  expect(await clone.ask(...loadWith(onto('2')))).toBe('204');
  expect(await clone.ask('GET /')).toContain('"Paused"');
  expect(await clone.ask('PATCH /vm', { state: 'Resumed' })).toBe('204');
  expect(await clone.ask('GET /')).toContain('"Running"');
});

test.each(BOOT.map(([line, body]) => [line, body] as const))(
  'a snapshot is not loaded after %s',
  async (line, body) => {
    await snapshot();
    const clone = await started();
    expect(await clone.ask(line, body)).toBe('204');
    expect(await clone.ask(...loadWith())).toMatch(/^400 Load snapshot error: Loading a microVM snapshot not allowed/);
  },
);

describe('a load that fails ends the process', () => {
  const failing = async (prepare: () => unknown, program = binary, changes: object = onto('2')) => {
    await snapshot();
    await prepare();
    const clone = await started(program);
    const answer = await clone.ask(...loadWith(changes));
    if (clone.child.exitCode === null) await once(clone.child, 'exit');
    expect(clone.child.exitCode).toBe(1);
    return answer;
  };

  it('without its memory', async () => {
    expect(await failing(() => rmSync(join(directory, 'memory')))).toMatch(/Failed to load guest memory/);
  });
  it('with a damaged state', async () => {
    expect(await failing(() => appendFileSync(join(directory, 'state'), ' '))).toMatch(/CRC64 validation failed/);
  });
  it('without its disks at the same paths', async () => {
    const answer = await failing(() => renameSync(join(directory, 'base'), join(directory, 'elsewhere')));
    expect(answer).toMatch(/Block device: No such file/);
  });
  it('in another version', async () => {
    const other = installStandIn(join(directory, 'other'), { FIRECRACKER_STAND_IN_VERSION: '1.18.0' });
    expect(await failing(() => undefined, other)).toMatch(/Invalid data version: 1\.17\.0/);
  });
  it('with an interface that it does not have', async () => {
    const unknown = { network_overrides: [{ iface_id: 'eth7', host_dev_name: 'x' }] };
    expect(await failing(() => undefined, binary, unknown)).toMatch(/Unknown Network Device/);
  });
  it('onto a tap that another clone has', async () => {
    await snapshot();
    const first = await started();
    expect(await first.ask(...loadWith(onto('3')))).toBe('204');
    const second = await started();
    expect(await second.ask(...loadWith(onto('3')))).toMatch(/Open tap device failed/);
  });
});

it('a memory file that is changed while a clone lives breaks that clone', async () => {
  await snapshot();
  const clone = await started();
  await clone.ask(...loadWith(onto('4')));
  appendFileSync(join(directory, 'memory'), 'x');
  await clone.ask('PATCH /vm', { state: 'Resumed' }).catch(() => undefined);
  if (clone.child.exitCode === null) await once(clone.child, 'exit');
  expect(clone.child.exitCode).toBe(148);
});

it('has its socket for itself', async () => {
  const { socket } = await started();
  const child = spawn(binary, ['--api-sock', socket]);
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  await once(child, 'close');
  expect(said).toContain(`Failed to open the API socket at: ${socket}. Check that it is not already used.`);
  expect(child.exitCode).toBe(1);
});

it('is started by the name of what it stands for', async () => {
  const { child } = await started();
  expect(readFileSync(`/proc/${child.pid}/comm`, 'utf8').trim()).toBe('firecracker');
});
