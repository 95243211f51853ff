/**
 * The service that trials deploy. It says of each answer which tree it was started from (`x-demo-digest`), stops
 * without losing a request, and can be broken in the ways that `FAULT` names.
 */
const { spawn } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const net = require('node:net');
const { join } = require('node:path');
const { setInterval } = require('node:timers');
const { answersOf } = require('./answers');
const { readFault } = require('./fault');
const { treeDigest } = require('./tree');
const { acceptWebSocket } = require('./web-socket');

/** First descriptor that systemd hands over (sd_listen_fds(3)). */
const LISTEN_FDS_START = 3;
/** Milliseconds in which a connection without a request may send one more before it is closed. */
const LAST_REQUEST_MS = 500;

const text = (name) => readFileSync(join(__dirname, name), 'utf8');
const releaseFile = join(__dirname, '.release.json');
const edition = {
  version: text('VERSION').trim(),
  content: text('content.txt'),
  digest: treeDigest(__dirname),
  release: existsSync(releaseFile) ? JSON.parse(readFileSync(releaseFile, 'utf8')) : {},
};
const fault = readFault(__dirname);
let stopping = false;
/** What ends each answer without an end; one that begins while the service stops is ended at once. */
const open = {
  ends: new Set(),
  add: (end) => (stopping ? end() : open.ends.add(end)),
  delete: (end) => open.ends.delete(end),
};
/** Connections on which no request came yet. */
const silent = new Set();
const answers = answersOf({ edition, fault, open });
const startedAt = Date.now();
const faultShows = () => Date.now() - startedAt >= fault.seconds * 1000;

const server = createServer((request, response) => {
  silent.delete(request.socket);
  if (fault.name === 'hangs') return;
  response.setHeader('x-demo-digest', edition.digest);
  response.setHeader('x-demo-version', edition.version);
  if (stopping) response.setHeader('connection', 'close');
  const path = request.url.split('?')[0];
  if (fault.name === 'later-500' && faultShows()) {
    response.writeHead(500).end('broken\n');
    return;
  }
  const answer = answers[`${request.method} ${path}`];
  if (answer) answer(request, response);
  else response.writeHead(404).end('not found\n');
});
server.on('connection', (socket) => {
  silent.add(socket);
  socket.on('close', () => silent.delete(socket));
});
server.on('upgrade', (request, socket) => {
  silent.delete(socket);
  if (fault.name !== 'hangs')
    acceptWebSocket({ request, socket, open, message: JSON.stringify({ digest: edition.digest }) });
});

/** Says that it is ready where systemd wants to know (`Type=notify`; the unit needs `NotifyAccess=all`). */
const notifyReady = () => {
  if (process.env.NOTIFY_SOCKET) spawn('systemd-notify', ['--ready'], { stdio: 'ignore' }).on('error', () => undefined);
};

const listen = () => {
  const host = process.env.HOST ?? '127.0.0.1';
  const port = Number(process.env.PORT ?? 0);
  const activated = process.env.LISTEN_PID === String(process.pid) && Number(process.env.LISTEN_FDS) > 0;
  if (fault.name === 'listens-elsewhere') server.listen(0, host, notifyReady);
  else if (fault.name === 'port-taken') {
    const other = net.createServer().listen(port, host, () => server.listen(other.address().port, host));
  } else server.listen(activated ? { fd: LISTEN_FDS_START } : { port, host }, notifyReady);
};

/**
 * Takes no new connection, ends what has no end, and lets all others finish. Idle connections are given time for one
 * more request, answered with `Connection: close`: closed at once, they would lose the request that is on its way.
 */
const stop = () => {
  if (stopping) return;
  stopping = true;
  // http.Server.close() would end idle connections at once.
  net.Server.prototype.close.call(server, () => process.exit(0));
  for (const end of open.ends) end();
  const closeIdle = () => {
    server.closeIdleConnections();
    for (const socket of silent) socket.destroy();
  };
  setTimeout(() => setInterval(closeIdle, 50), LAST_REQUEST_MS);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.on('listening', () => console.log(`listening on ${server.address().port}`));

const crash = (reason) => {
  console.error(reason);
  process.exit(1);
};

switch (fault.name) {
  case 'wont-start':
    crash('cannot start');
    break;
  case 'dies-after-1s':
    setTimeout(() => crash('died after a second'), 1_000);
    listen();
    break;
  case 'later-crash':
    setTimeout(() => crash('died later'), fault.seconds * 1000);
    listen();
    break;
  case 'slow-start':
    setTimeout(listen, fault.seconds * 1000);
    break;
  default:
    listen();
}
