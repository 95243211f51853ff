import { open } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { firecrackerRefused } from '@polydev/errors';

/** Where Firecracker listens, in its VM's directory. */
export const API_SOCKET = 'api.sock';
/** A snapshot of some hundred MiB is written before it is answered. */
const ANSWER_MS = 30_000;

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: object;
}

interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends one request of Firecracker's API (src/firecracker/swagger/firecracker.yaml, 1.17.0-dev) to the VM in a
 * directory. Returns the answer's body, undefined for 204. Throws FIRECRACKER_REFUSED with its `fault_message`, and the
 * socket's own error where nobody listens.
 */
export async function callApi(directory: string, call: ApiRequest): Promise<unknown> {
  const { status, body } = await send(directory, call);
  if (status >= 200 && status < 300) return body === '' ? undefined : JSON.parse(body);
  throw firecrackerRefused({ request: `${call.method} ${call.path}`, status, fault: faultOf(body) });
}

function faultOf(body: string): string {
  try {
    return (JSON.parse(body) as { fault_message?: string }).fault_message ?? body;
  } catch {
    return body;
  }
}

async function send(directory: string, call: ApiRequest): Promise<ApiAnswer> {
  // A socket's path may have 107 bytes (unix(7)) and a directory's more: the way through the open directory is always
  // short.
  const opened = await open(directory);
  try {
    return await exchange(join('/proc/self/fd', String(opened.fd), API_SOCKET), call);
  } finally {
    await opened.close();
  }
}

const exchange = (socketPath: string, { method, path, body }: ApiRequest): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const sent = request({ socketPath, method, path, headers, agent: false, timeout: ANSWER_MS }, (response) => {
      let received = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: received }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} was not answered within ${ANSWER_MS} ms`)));
    sent.on('error', reject);
    sent.end(text);
  });
