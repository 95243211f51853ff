/**
 * A process that claims numbers: `<root> <how many> <highest>`. Prints those it got and keeps them until its input
 * ends.
 */
import { imagesLayout } from '../../layout';
import { claimNumber } from '../claims';

const [root = '', count = '', highest = ''] = process.argv.slice(2);
const layout = imagesLayout(root);

async function claim(): Promise<void> {
  const numbers = Array.from({ length: Number(highest) }, (_, index) => index + 1);
  const got: number[] = [];
  for (let index = 0; index < Number(count); index++) {
    const claimant = { vm: `vm-${process.pid}x${index}`, lives: async () => false, usable: async () => true };
    const number = await claimNumber(layout, numbers, claimant);
    if (number !== undefined) got.push(number);
  }
  process.stdout.write(`${JSON.stringify(got)}\n`);
}

void claim();
process.stdin.resume();
