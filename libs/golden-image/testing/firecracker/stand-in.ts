/**
 * A stand-in for Firecracker, for tests: no virtual machine runs in it, and no real Firecracker has been run with this
 * project.
 *
 * It listens on the unix socket as Firecracker does, takes the requests that its API publishes
 * (src/firecracker/swagger/firecracker.yaml, 1.17.0-dev), in the order and states that its controllers allow
 * (src/vmm/src/rpc_interface.rs), and answers what they answer: 204, or 400 with `fault_message`. It plays the guest
 * with ordinary code. What it can show is that our driver keeps to the published rules; whether a kernel boots, memory
 * is restored or packets flow, it cannot show. Where the wording of a fault is not published, it is ours.
 *
 * FIRECRACKER_STAND_IN_VERSION: the version it says it is. FIRECRACKER_STAND_IN_KVM=broken: KVM starts nothing.
 * FIRECRACKER_STAND_IN_TRACE: a file that gets a line of JSON for each request and its answer.
 */
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import { Fault } from './fault';
import { Guest } from './guest';
import { Machine } from './machine';

const version = process.env['FIRECRACKER_STAND_IN_VERSION'] ?? '1.17.0';
const trace = process.env['FIRECRACKER_STAND_IN_TRACE'];
const { values } = parseArgs({
  options: { 'api-sock': { type: 'string' }, id: { type: 'string' }, version: { type: 'boolean' } },
});

process.title = 'firecracker';
if (values.version) {
  process.stdout.write(`Firecracker v${version}\n\n`);
  process.exit(0);
}
const end = (code: number): never => process.exit(code);
const socket = values['api-sock'] ?? '/run/firecracker.socket';
const machine = new Machine({
  version,
  kvm: process.env['FIRECRACKER_STAND_IN_KVM'] !== 'broken',
  guest: new Guest(end),
});

type Operation = (body: unknown, id: string) => void | Promise<void>;
const operations: Readonly<Record<string, Operation>> = {
  'PUT /logger': (body) => machine.logger(body),
  'PUT /machine-config': (body) => machine.machineConfig(body),
  'PUT /boot-source': (body) => machine.bootSource(body),
  'PUT /drives/*': (body, id) => machine.drive(id, body),
  'PUT /network-interfaces/*': (body, id) => machine.networkInterface(id, body),
  'PUT /entropy': (body) => machine.entropy(body),
  'PUT /actions': (body) => machine.action(body),
  'PATCH /vm': (body) => machine.vm(body),
  'PUT /snapshot/create': (body) => machine.snapshotCreate(body),
  'PUT /snapshot/load': (body) => machine.snapshotLoad(body),
};

/** Answers one request: a body for 200, undefined for 204. */
async function answer(method: string, path: string, body: unknown): Promise<object | undefined> {
  if (method === 'GET' && path === '/')
    return { app_name: 'Firecracker', id: values.id, state: machine.state, vmm_version: version };
  if (method === 'GET' && path === '/version') return { firecracker_version: version };
  const [, resource = '', id = ''] = path.split('/');
  const operation = operations[`${method} ${path}`] ?? operations[`${method} /${resource}/*`];
  if (!operation) throw new Fault(`Invalid request method and/or path: ${method} ${path.slice(1)}.`);
  await operation(body, id);
  return undefined;
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  if (request.method === 'GET' && text !== '') throw new Fault('GET request cannot have a body.');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new Fault('An error occurred when deserializing the json body of a request: expected value.');
  }
}

const server = createServer((request, response) => {
  const [method = '', path = ''] = [request.method, request.url];
  const reply = (status: number, body?: object, then?: () => void) => {
    if (trace !== undefined) appendFileSync(trace, `${JSON.stringify({ method, path, status, ...body })}\n`);
    response.writeHead(status, { server: 'Firecracker API', 'content-type': 'application/json' });
    response.end(body ? JSON.stringify(body) : undefined, then);
  };
  read(request)
    .then((body) => answer(method, path, body))
    .then((body) => reply(body ? 200 : 204, body))
    .catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      // A process whose restore has failed is too dirty to go on.
      reply(400, { fault_message: error.message }, error.fatal ? () => end(1) : undefined);
    });
});
server.on('error', () => {
  process.stdout.write(
    `RunWithApiError error: Failed to open the API socket at: ${socket}. Check that it is not already used.\n`,
  );
  end(1);
});
server.listen(socket);
