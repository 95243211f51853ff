const { createHash } = require('node:crypto');
const { setInterval, clearInterval } = require('node:timers');

const CHUNK_EVERY_MS = 100;
const EVENT_EVERY_MS = 200;

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** Answers of the service by path. `open` holds, for each answer without an end, the function that ends it. */
const answersOf = ({ edition, fault, open }) => {
  const send = (response, type, text) => {
    response.writeHead(response.statusCode, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'x-body-sha256': sha256(text),
    });
    response.end(text);
  };
  const json = (response, value) => send(response, 'application/json', `${JSON.stringify(value)}\n`);

  const health = (_, response) => {
    if (fault.name === 'never-healthy') response.statusCode = 500;
    const { version, digest, release } = edition;
    json(response, {
      status: response.statusCode === 200 ? 'ok' : 'broken',
      version,
      tree: digest,
      pid: process.pid,
      ...release,
      ...(fault.name === 'wrong-release' ? { release: '20200101T000000.000Z-0000000' } : {}),
    });
  };

  const echo = (request, response) => {
    const hash = createHash('sha256');
    request.on('data', (data) => hash.update(data));
    request.on('end', () => json(response, { sha256: hash.digest('hex') }));
  };

  /** Lines for a number of seconds; the last one is the hash of all before, so that a shorter answer is noticed. */
  const stream = (request, response) => {
    const seconds = Number(new URL(request.url, 'http://demo').searchParams.get('seconds') ?? 5);
    const hash = createHash('sha256');
    let left = Math.max(1, Math.round((seconds * 1000) / CHUNK_EVERY_MS));
    response.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => {
      const line = `${left} ${edition.version}\n`;
      hash.update(line);
      response.write(line);
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      response.end(`sha256 ${hash.digest('hex')}\n`);
    }, CHUNK_EVERY_MS);
    response.on('close', () => clearInterval(timer));
  };

  const events = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const send = () => response.write(`data: ${edition.version}\n\n`);
    send();
    const timer = setInterval(send, EVENT_EVERY_MS);
    const end = () => {
      clearInterval(timer);
      response.end();
    };
    open.add(end);
    response.on('close', () => {
      clearInterval(timer);
      open.delete(end);
    });
  };

  return {
    'GET /': (_, response) => send(response, 'text/plain; charset=utf-8', edition.content),
    'GET /health': health,
    'GET /digest': (_, response) => json(response, { version: edition.version, digest: edition.digest }),
    'POST /echo': echo,
    'GET /stream': stream,
    'GET /events': events,
  };
};

module.exports = { answersOf };
