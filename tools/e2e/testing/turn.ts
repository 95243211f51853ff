import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './checkout';

/**
 * Whether a part of a story, named by its file, is told now: long ones take turns (`tools/checks/turns.json`), and a check says by
 * POLYDEV_TURN whose it is. Without it all are told.
 */
export const isTold = (file: string): boolean => {
  const turn = process.env['POLYDEV_TURN'];
  if (!turn) return true;
  const turns = JSON.parse(readFileSync(join(WORKSPACE, 'tools/checks/turns.json'), 'utf8')) as readonly string[][];
  const told = turns[Number(turn)]?.includes(file) ?? false;
  if (!told) console.warn(`${file} has its turn with another commit; all of them: POLYDEV_TRIALS=all npm run check`);
  return told;
};
