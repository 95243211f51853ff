import { framesOf } from './web-socket-frames';

describe('frames of a WebSocket', () => {
  const text = (length: number) => {
    const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from(head), Buffer.alloc(length, 'x')]);
  };

  it('are found wherever the network cuts them', () => {
    const data = Buffer.concat([text(5), text(300), Buffer.from([0x88, 2, 0x03, 0xe9])]);
    let left: Buffer = Buffer.alloc(0);
    const found = [...data].flatMap((byte) => {
      const parsed = framesOf(Buffer.concat([left, Buffer.from([byte])]));
      left = parsed.left;
      return parsed.frames;
    });
    expect(found).toEqual([
      { type: 'text', text: 'xxxxx' },
      { type: 'text', text: 'x'.repeat(300) },
      { type: 'close', code: 1001 },
    ]);
    expect(left).toHaveLength(0);
  });
});
