// Runs inside a session's network namespace. Its parent sends it listening sockets of the machine's own namespace, and
// whoever connects to one is connected to a host's port from here. It ends with its parent.
const net = require('node:net');

function join(client, { address, port }) {
  const host = net.connect({ host: address, port, noDelay: true, allowHalfOpen: true });
  client.setNoDelay(true);
  // A host that cannot be reached looks like a connection that breaks: the client is connected already.
  host.on('error', () => client.resetAndDestroy());
  client.on('error', () => host.destroy());
  client.on('close', () => host.destroy());
  host.on('close', () => client.destroy());
  client.pipe(host);
  host.pipe(client);
}

process.on('message', (to, server) => {
  if (server) server.on('connection', (client) => join(client, to));
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.send('ready');
