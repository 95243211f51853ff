import { encodeFrame, FrameReader, REPLY } from './frames';

const hello = encodeFrame(REPLY.hello, 0);
const frame = encodeFrame(REPLY.stdout, 7, 'text');

test('frames are cut out of a stream wherever it is torn', () => {
  const stream = Buffer.concat([hello, frame, frame]);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const reader = new FrameReader();
    const frames = [...reader.read(stream.subarray(0, cut)), ...reader.read(stream.subarray(cut))];

    expect(frames.map(({ type, call, payload }) => [type, call, payload.toString()])).toEqual([
      [REPLY.hello, 0, ''],
      [REPLY.stdout, 7, 'text'],
      [REPLY.stdout, 7, 'text'],
    ]);
  }
});

test('what a login script prints before the first frame is passed over', () => {
  expect(new FrameReader().read(Buffer.concat([Buffer.from('Welcome!\n'), hello]))).toHaveLength(1);
});

test('bytes that are no frame are an error', () => {
  const reader = new FrameReader();
  reader.read(hello);

  expect(() => reader.read(Buffer.from('something else'))).toThrow('not a frame');
});
