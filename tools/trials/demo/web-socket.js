const { createHash } = require('node:crypto');
const { setInterval, clearInterval } = require('node:timers');

/** Fixed by RFC 6455, section 1.3. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** RFC 6455, sections 5.2 and 7.4.1. */
const TEXT = 0x1;
const CLOSE = 0x8;
const GOING_AWAY = 1001;
/** Milliseconds that the other end is given to answer a close. */
const CLOSE_ANSWER_MS = 1_000;
const MESSAGE_EVERY_MS = 200;

/** A frame of a server: final, not masked, shorter than 64 KiB (RFC 6455, section 5.2). */
const frame = (opcode, payload) => {
  const head = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head]), payload]);
};

const closeFrame = (code) => frame(CLOSE, Buffer.from([code >> 8, code & 0xff]));

/** Turns a connection into a WebSocket that is sent `message` now and then, until somebody closes it. */
const acceptWebSocket = ({ request, socket, message, open }) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${HANDSHAKE_GUID}`).digest('base64');
  socket.setNoDelay(true);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const send = () => socket.write(frame(TEXT, Buffer.from(message)));
  send();
  const timer = setInterval(send, MESSAGE_EVERY_MS);
  let closing = false;
  const stop = () => clearInterval(timer);
  const close = () => {
    stop();
    closing = true;
    socket.write(closeFrame(GOING_AWAY));
    setTimeout(() => socket.destroy(), CLOSE_ANSWER_MS).unref();
  };
  open.add(close);
  socket.on('data', (data) => {
    // All that a client of the trials sends is its close, which is answered once.
    if ((data[0] & 0xf) !== CLOSE) return;
    stop();
    if (closing) socket.end();
    else socket.end(closeFrame(1000));
  });
  socket.on('error', stop);
  socket.on('close', () => {
    stop();
    open.delete(close);
  });
};

module.exports = { acceptWebSocket };
