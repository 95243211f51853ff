/** The part of RFC 6455 that a client needs which is sent short texts and a close. */
export type Frame =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'close'; readonly code: number }
  | { readonly type: 'other' };

/** Section 7.1.5: the code of a close frame without one. */
const NO_CODE = 1005;

/** The whole frames at the start of what a server sent, and what is left of the next one. Servers' frames bear no mask. */
export const framesOf = (data: Buffer): { readonly frames: readonly Frame[]; readonly left: Buffer } => {
  const frames: Frame[] = [];
  let left = data;
  for (;;) {
    const size = left.length < 2 ? undefined : sizeOf(left);
    if (size === undefined || left.length < size.head + size.payload) return { frames, left };
    frames.push(frameOf(left.readUInt8(0) & 0xf, left.subarray(size.head, size.head + size.payload)));
    left = left.subarray(size.head + size.payload);
  }
};

/** Bytes of a frame's head and payload (section 5.2); undefined where the head is not whole. */
const sizeOf = (data: Buffer): { readonly head: number; readonly payload: number } | undefined => {
  const short = data.readUInt8(1) & 0x7f;
  if (short < 126) return { head: 2, payload: short };
  if (short === 126) return data.length < 4 ? undefined : { head: 4, payload: data.readUInt16BE(2) };
  return data.length < 10 ? undefined : { head: 10, payload: Number(data.readBigUInt64BE(2)) };
};

const frameOf = (opcode: number, payload: Buffer): Frame => {
  if (opcode === 0x1) return { type: 'text', text: payload.toString() };
  if (opcode === 0x8) return { type: 'close', code: payload.length < 2 ? NO_CODE : payload.readUInt16BE(0) };
  return { type: 'other' };
};

/** A client's close. Its mask is zero: section 5.3 asks for one, and what it hides is no secret. */
export const closeFrame = (code: number): Buffer => Buffer.from([0x88, 0x80 | 2, 0, 0, 0, 0, code >> 8, code & 0xff]);
