import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './checkout';

/**
 * Whether a part of a story, named by its file, is told now: long ones take turns (`tools/checks/turns.json`), and a check says by
 * POLYDEV_TURN whose it is. Without it all are told. Throws an Error where the table has no such file.
 */
export const isTold = (file: string): boolean => {
  const turns = JSON.parse(readFileSync(join(WORKSPACE, 'tools/checks/turns.json'), 'utf8')) as readonly string[][];
  if (!turns.flat().includes(file)) throw new Error(`${file} stands in no turn of tools/checks/turns.json.`);
  const turn = process.env['POLYDEV_TURN'];
  if (!turn) return true;
  const told = turns[Number(turn)]?.includes(file) ?? false;
  if (!told) console.warn(`${file} has its turn with another commit; all of them: POLYDEV_TRIALS=all npm run check`);
  return told;
};
