/** The same question put to a slot itself, past the traffic engine. */
export const urlOfSlot = (url: string, port: number): string => {
  const asked = new URL(url);
  asked.protocol = 'http:';
  asked.hostname = '127.0.0.1';
  asked.port = String(port);
  return asked.href;
};
