import type { Duplex } from 'node:stream';

/**
 * Calls `onSilence` once when nothing came over the stream for `silenceMs`. Any byte is a sign of life: on a slow link
 * a large upload delays the answers to keepalives, but not the receiver's flow control. Returns what stops the watch.
 */
export const watchSilence = (stream: Duplex, silenceMs: number, onSilence: () => void): (() => void) => {
  const timer = setTimeout(onSilence, silenceMs).unref();
  const rewind = () => timer.refresh();
  stream.on('data', rewind);
  return () => {
    clearTimeout(timer);
    stream.off('data', rewind);
  };
};
