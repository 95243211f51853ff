/** A message of QEMU's monitor (QEMU: "QEMU Machine Protocol Specification"). */
export type QmpMessage =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'answer'; readonly id: unknown; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: unknown; readonly reason: string }
  | { readonly kind: 'event'; readonly name: string };

/** Cuts what comes over a socket into lines: pieces end anywhere, also within a line. Returns the whole lines of each piece. */
export const lineCutter = (): ((piece: string) => readonly string[]) => {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  };
};

/** Reads one line of the monitor; throws a SyntaxError where it is no JSON object that the protocol knows. */
export const readMessage = (line: string): QmpMessage => {
  const message: unknown = JSON.parse(line);
  if (typeof message !== 'object' || message === null) throw new SyntaxError(`no message: ${line}`);
  const { QMP, event, error, id } = message as Record<string, unknown>;
  if (QMP !== undefined) return { kind: 'greeting' };
  if (typeof event === 'string') return { kind: 'event', name: event };
  if (error !== undefined) return { kind: 'refusal', id, reason: descriptionOf(error) };
  if ('return' in message) return { kind: 'answer', id, value: message.return };
  throw new SyntaxError(`no message: ${line}`);
};

const descriptionOf = (error: unknown): string => {
  const desc = typeof error === 'object' && error !== null && 'desc' in error ? error.desc : undefined;
  return typeof desc === 'string' ? desc : JSON.stringify(error);
};
