import { readFile } from 'node:fs/promises';
import { signersUnreadable } from '@polydev/errors';
import { parseSigners, type Signers } from './signers';

/** Reads an allowed-signers file of this machine. Throws SIGNERS_UNREADABLE, also where there is none: nobody is believed then. */
export const readSigners = async (file: string): Promise<Signers> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw signersUnreadable({ file, wrong: [error instanceof Error ? error.message : String(error)] });
  }
  return parseSigners(text, file);
};
