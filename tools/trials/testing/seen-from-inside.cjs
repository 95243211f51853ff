/**
 * Runs on a host as root and prints as JSON all that is known of a target there: what it serves, what its tree holds by
 * the list that came with it, what the engine does, and what is written down. By other code than the product's, and looks only.
 * Arguments: state directory, target, its path, its public port. (`node -` takes it on stdin.)
 */
const { execFileSync, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const { basename, join, relative } = require('node:path');

const [stateDirectory, target, path, port] = process.argv.slice(2);
const home = join(stateDirectory, 'targets', target);
/** What a deploy adds to what was built. */
const ADDED = ['.release.json'];
const ASKS = 6;

const maybe = (work) => {
  try {
    return work();
  } catch {
    return undefined;
  }
};
const names = (directory) => maybe(() => fs.readdirSync(directory)) ?? [];
const text = (file) => maybe(() => fs.readFileSync(file, 'utf8'));
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** Files below a directory, links not followed: path → its line in the form of the list. */
const tree = (directory) => {
  const files = new Map();
  for (const entry of fs.readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(directory, file);
    if (entry.isDirectory() || ADDED.includes(name)) continue;
    const { mode, size } = fs.lstatSync(file);
    const bits = (mode & 0o7777).toString(8).padStart(4, '0');
    files.set(name, `./${name} type=file mode=${bits} size=${size} sha256=${sha256(fs.readFileSync(file))}`);
  }
  return files;
};

/** What the demo service would say of a tree: see demo/tree.js. */
const digestOf = (files) => {
  const hash = createHash('sha256');
  for (const name of [...files.keys()].sort()) hash.update(`${/sha256=(\w+)/.exec(files.get(name))[1]} ${name}\n`);
  return hash.digest('hex');
};

const release = (id) => {
  const directory = join(home, 'releases', id);
  const files = tree(directory);
  const list = text(`${directory}.mtree`);
  const listed = (list ?? '').split('\n').filter((line) => line.includes(' type=file '));
  const lines = [...files.values()];
  const differs = [
    ...listed.filter((line) => !lines.includes(line)),
    ...lines.filter((line) => !listed.includes(line)),
  ];
  return { id, digest: digestOf(files), hasList: list !== undefined, differs };
};

const pathNow = () => {
  const found = maybe(() => fs.lstatSync(path));
  if (!found) return { kind: 'absent' };
  if (!found.isSymbolicLink()) return { kind: found.isDirectory() ? 'directory' : 'other' };
  return { kind: 'symlink', release: basename(fs.readlinkSync(path)) };
};

const slot = (name) => ({
  release: maybe(() => basename(fs.readlinkSync(join(home, 'slots', name)))),
  on: fs.existsSync(join(home, 'slots', `${name}.on`)),
  active: isActive(`polydev-${target}@${name}.service`),
});
const isActive = (unit) => spawnSync('systemctl', ['is-active', '--quiet', unit]).status === 0;
const isFree = (file) => !fs.existsSync(file) || spawnSync('flock', ['--nonblock', file, 'true']).status === 0;

/** Bits of HAProxy's `srv_admin_state` (management.txt, "show servers state"); 0x04 only says how the configuration had it. */
const MAINTENANCE = 0x01 | 0x02 | 0x20 | 0x40;
const DRAIN = 0x08 | 0x10;
const adminState = (bits) => (bits & MAINTENANCE ? 'maint' : bits & DRAIN ? 'drain' : 'ready');

const engine = () =>
  new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(`/run/polydev-${target}-traffic/admin.sock`, () =>
      socket.end('show servers state app\n'),
    );
    socket.on('data', (data) => (answer += data));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => {
      const rows = answer
        .split('\n')
        .map((line) => line.split(' '))
        .filter((row) => row.length > 10 && row[0] !== '#');
      resolve(Object.fromEntries(rows.map((row) => [row[3], adminState(Number(row[6]))])));
    });
  });

/** What one client after another is given: the digest that the service says, or what came instead. */
const served = async () => {
  const answers = [];
  for (let count = 0; count < ASKS; count += 1) {
    answers.push(
      await fetch(`http://127.0.0.1:${port}/digest`, {
        headers: { connection: 'close' },
        signal: globalThis.AbortSignal.timeout(5_000),
      })
        .then(async (response) => (response.ok ? (await response.json()).digest : `status ${response.status}`))
        .catch((error) => `no answer: ${error.cause?.code ?? error.message}`),
    );
  }
  return [...new Set(answers)];
};

const main = async () => {
  const deployments = join(stateDirectory, 'deployments');
  const ids = names(join(home, 'releases')).filter(
    (name) => !/\.(mtree|copied|partial)$/.test(name) && !name.startsWith('.'),
  );
  const config = text(join(home, 'traffic/haproxy.cfg')) ?? '';
  return {
    served: await served(),
    path: pathNow(),
    releases: ids.map(release),
    slots: { blue: slot('blue'), green: slot('green') },
    engine: await engine(),
    configured: /^# live: (\w+)$/m.exec(config)?.[1],
    journal: text(join(home, 'journal.jsonl')) ?? '',
    targetFile: text(join(home, 'target.json')),
    records: Object.fromEntries(
      names(deployments)
        .filter((name) => /^[^.].*\.json$/.test(name) && name !== 'lock.json')
        .map((name) => [name.replace(/\.json$/, ''), text(join(deployments, name))]),
    ),
    parts: names(deployments)
      .filter((name) => name.endsWith('.parts'))
      .flatMap((name) => names(join(deployments, name)).map((part) => text(join(deployments, name, part)))),
    open: names(deployments).filter((name) => name.endsWith('.parts')),
    partial: names(join(home, 'releases')).filter((name) => name.endsWith('.partial')),
    locksFree: [join(home, 'lock'), join(deployments, 'lock')].every(isFree),
    failed: execFileSync('systemctl', ['list-units', '--failed', '--plain', '--no-legend'], {
      encoding: 'utf8',
    }).trim(),
  };
};
main().then((facts) => console.log(JSON.stringify(facts)));
