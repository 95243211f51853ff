import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { benchImages } from './images';
import { tableOf } from './table';

/** `npm run bench -- [--few=5] [--many=10]`: measures golden images and prints a table. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { few: { type: 'string' }, many: { type: 'string' } } });
  const rows = await benchImages({ few: Number(values.few ?? 5), many: Number(values.many ?? 10) });
  console.log(`${tableOf(rows)}\n\nNode ${process.version}, ${availableParallelism()} processors.`);
};

void main();
