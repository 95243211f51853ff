import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ordinaryUser } from '@polydev/migrations/embedded';
import { execa } from 'execa';
import { Client } from 'pg';
import { eventually, newFolder, removeSandbox, startTestSandbox } from '../../testing/sandbox';
import { startSandbox, stopSandbox } from '..';
import { identityOf, membersOf } from '../processes';
import { sandboxStatus } from '../status';
import { locate } from '../layout';

const folders: string[] = [];
const folder = (): string => {
  const made = newFolder();
  folders.push(made);
  return made;
};
afterAll(async () => {
  for (const each of folders) await removeSandbox(each);
});

/** The connection string that `.deploy.yaml` is given. */
const urlOf = (directory: string): string =>
  (JSON.parse(readFileSync(join(directory, 'values.json'), 'utf8')) as { DATABASE_URL: string }).DATABASE_URL;
/** Of the service: another role. */
const urlOfController = (directory: string): string => {
  const unit = readFileSync(join(directory, 'units/master-controller.json'), 'utf8');
  return (JSON.parse(unit) as { environment: { DATABASE_URL: string } }).environment.DATABASE_URL;
};

/** Rows of one statement, by a connection of its own. */
async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
const remember = (directory: string, text: string) =>
  query(urlOf(directory), `create table if not exists notes (text text); insert into notes values ('${text}')`);
const remembered = async (directory: string) =>
  (await query(urlOf(directory), 'select text from notes order by text')) as { text: string }[];

const postmaster = (directory: string): number =>
  Number(readFileSync(join(directory, 'database/data/postmaster.pid'), 'utf8').split('\n')[0]);
const kill = async (pid: number, signal: 'SIGKILL' | 'SIGQUIT' = 'SIGKILL'): Promise<void> => {
  process.kill(pid, signal);
  await eventually(() => expect(identityOf(pid)).toBeUndefined());
};

test('the first start makes a database: its owner may make tables and roles, and is no superuser', async () => {
  const directory = folder();
  await startTestSandbox(directory);

  await remember(directory, 'one');
  await query(urlOf(directory), 'create role reader');

  expect(await remembered(directory)).toEqual([{ text: 'one' }]);
  const facts = `select current_user as role, current_database() as name, rolsuper from pg_roles where rolname = current_user`;
  expect(await query(urlOf(directory), facts)).toEqual([{ role: 'polydev', name: 'polydev', rolsuper: false }]);
  expect(await query(urlOfController(directory), facts)).toEqual([
    { role: 'master_controller', name: 'polydev', rolsuper: false },
  ]);
});

test('nobody gets in without the password, which is in files of the owner alone and is shown nowhere', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  const { password } = new URL(urlOf(directory));
  const without = new URL(urlOf(directory));
  without.password = 'guessed';

  await expect(query(without.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  without.username = 'postgres';
  await expect(query(without.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  for (const file of ['values.json', 'database/passwords.json', 'units/master-controller.json'])
    expect((statSync(join(directory, file)).mode & 0o777).toString(8)).toBe('600');
  const status = await execa(process.execPath, [
    join(__dirname, '../../sandbox.cjs'),
    ...['status', '--json', '--directory', directory],
  ]);
  const logs = ['sandbox.log', 'logs/postgresql.log'].map((file) => readFileSync(join(directory, file), 'utf8'));
  const commands = membersOf(directory).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  for (const text of [status.stdout, ...logs, ...commands]) expect(text).not.toContain(password);
});

test('a second start leaves it alone; a stop ends it, and the next start has the same port and rows', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  await remember(directory, 'kept');
  const [url, pid] = [urlOf(directory), postmaster(directory)];
  await startSandbox({ directory });
  expect(postmaster(directory)).toBe(pid);
  // Somebody who is connected does not hold up the stop.
  const connected = new Client({ connectionString: url });
  connected.on('error', () => undefined);
  await connected.connect();

  await stopSandbox(directory);

  await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(membersOf(directory)).toEqual([]);
  expect(readFileSync(join(directory, 'logs/postgresql.log'), 'utf8')).toContain('database system is shut down');
  await startTestSandbox(directory);
  expect(urlOf(directory)).toBe(url);
  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
});

test('after a kill -9 of the sandbox and of the database a start has all that was written', async () => {
  const directory = folder();
  const { pid } = await startTestSandbox(directory);
  await remember(directory, 'kept');
  await kill(pid);
  await kill(postmaster(directory));

  await startTestSandbox(directory);

  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
});

test('a kill -9 of the sandbox alone leaves a database that a start takes the place of', async () => {
  const directory = folder();
  const { pid } = await startTestSandbox(directory);
  await remember(directory, 'kept');
  const before = postmaster(directory);
  await kill(pid);
  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);

  await startTestSandbox(directory);

  expect(postmaster(directory)).not.toBe(before);
  expect(identityOf(before)).toBeUndefined();
  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
});

test('a lock file whose number another process has got since does not keep it from starting', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  await remember(directory, 'kept');
  const lock = join(directory, 'database/data/postmaster.pid');
  const left = readFileSync(lock, 'utf8');
  await stopSandbox(directory);
  const user = ordinaryUser();
  const other = spawn('sleep', ['600'], { stdio: 'ignore', ...(user ?? {}) });
  writeFileSync(lock, left.replace(/^\d+/, String(other.pid)));
  if (user) chownSync(lock, user.uid, user.gid);

  await startTestSandbox(directory);

  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
  other.kill();
  await once(other, 'exit');
});

test('a database that is killed alone is started again by the sandbox', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  await remember(directory, 'kept');

  await kill(postmaster(directory));

  await eventually(async () => expect(await remembered(directory)).toEqual([{ text: 'kept' }]));
  const status = await sandboxStatus(directory);
  const units = status.state === 'running' ? status.units : [];
  expect(units.find(({ name }) => name === 'postgresql')).toMatchObject({ state: 'active' });
});

test('so is one that was shut down at once, which exits as if it had been asked to', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  await remember(directory, 'kept');
  const before = postmaster(directory);

  await kill(before, 'SIGQUIT');

  await eventually(async () => expect(await remembered(directory)).toEqual([{ text: 'kept' }]));
  expect(postmaster(directory)).not.toBe(before);
  const { stdout } = await execa(join(directory, 'bin/systemctl'), ['show', 'postgresql', '-p', 'ActiveState,Restart']);
  expect(stdout).toBe('Restart=always\nActiveState=active');
});

test.each(['SIGQUIT', 'SIGKILL'] as const)(
  'a start right after %s returns when it takes connections',
  async (signal) => {
    const directory = folder();
    const { pid } = await startTestSandbox(directory);
    await remember(directory, 'kept');
    await kill(postmaster(directory), signal);

    const { started, sandbox } = await startSandbox({ directory });

    expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
    expect([started, sandbox.pid]).toEqual([false, pid]);
  },
);

test('one that was asked to stop stays so until the sandbox is started, which names it', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  await remember(directory, 'kept');
  await execa(join(directory, 'bin/systemctl'), ['stop', 'postgresql']);
  await expect(remembered(directory)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  const door = join(__dirname, '../../sandbox.cjs');
  const { stdout } = await execa(process.execPath, [door, 'start', '--directory', directory]);

  expect(stdout).toMatch(/^sandbox: runs already; started what did not run: postgresql\n/);
  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
});

test('where it cannot be started again, because somebody took its port, a start moves all of the sandbox', async () => {
  const directory = folder();
  const { pid, values } = await startTestSandbox(directory);
  await remember(directory, 'kept');
  await execa(join(directory, 'bin/systemctl'), ['stop', 'postgresql']);
  const squatter = createServer().listen(values.database_port, '127.0.0.1');
  await once(squatter, 'listening');

  const { started, sandbox } = await startSandbox({ directory, freePorts: true });

  expect(started).toBe(true);
  expect(sandbox.pid).not.toBe(pid);
  expect(sandbox.values.database_port).not.toBe(values.database_port);
  expect(await remembered(directory)).toEqual([{ text: 'kept' }]);
  squatter.close();
});

test('a start that was killed while it made the database leaves nothing in the way of the next', async () => {
  const directory = folder();
  mkdirSync(join(directory, 'database.new/data'), { recursive: true });
  writeFileSync(join(directory, 'database.new/data/PG_VERSION'), '18\n');

  await startTestSandbox(directory);

  await remember(directory, 'made');
  expect(existsSync(join(directory, 'database.new'))).toBe(false);
});

test('a damaged database is said with the end of its log, and nothing stays running', async () => {
  const directory = folder();
  await startTestSandbox(directory);
  await stopSandbox(directory);
  rmSync(join(directory, 'database/data/global'), { recursive: true });

  await expect(startTestSandbox(directory)).rejects.toMatchObject({
    code: 'SANDBOX_START_FAILED',
    message: expect.stringMatching(/its database did not start\. The end of .*postgresql\.log:\n[^]*pg_control/),
  });
  expect(membersOf(locate(directory).directory)).toEqual([]);
});
