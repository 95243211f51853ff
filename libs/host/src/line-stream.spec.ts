import { lineStream } from './line-stream';

test('lines come whole, however the bytes were cut; one without an end is not told', () => {
  const seen: string[] = [];
  const stream = lineStream((line) => seen.push(line));
  const bytes = Buffer.from('one\ngrün\n\nrest');
  for (const byte of bytes) stream.write(Buffer.from([byte]));
  expect(seen).toEqual(['one', 'grün', '']);
});
