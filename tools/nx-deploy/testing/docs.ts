import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const REPOSITORY = resolve(__dirname, '../../..');

/** Texts of the fenced blocks of a page of the docs that are marked just so, for instance `bash server`. */
export const blocksOf = (page: string, mark: string): string[] =>
  [...readFileSync(join(REPOSITORY, page), 'utf8').matchAll(/^```(.*)\n([^]*?)^```/gm)].flatMap(
    ([, found, text = '']) => (found === mark ? [text.trim()] : []),
  );
