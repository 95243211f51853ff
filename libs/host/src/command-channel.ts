import type { Duplex, Readable } from 'node:stream';

/** A remote command's stdin and stdout in one, stderr beside it; `close` carries exit code and signal. */
export type CommandChannel = Duplex & { readonly stderr: Readable };

/** How a remote command ended; neither is known where the connection itself went. */
export interface CommandEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** Resolves when the command has ended and all that it wrote has been read. Both streams have to be read by somebody. */
export const ended = async (channel: CommandChannel): Promise<CommandEnd> => {
  const stderr = channel.stderr.readableEnded || new Promise((resolve) => channel.stderr.once('end', resolve));
  const end = await new Promise<CommandEnd>((resolve) => {
    channel.once('close', (code?: number | null, signal?: string) => resolve({ exitCode: code ?? undefined, signal }));
  });
  await stderr;
  return end;
};
