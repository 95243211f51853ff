import { checkCommand, testCommand, toolsCommand } from './check';
import { checkLayers } from './check-layers';

const verbs: Readonly<Record<string, () => Promise<number>>> = {
  check: () => checkCommand(process.cwd()),
  test: () => testCommand(process.cwd(), process.argv.slice(3)),
  layers: checkLayers,
  tools: toolsCommand,
};

const main = async (): Promise<void> => {
  const run = verbs[process.argv[2] ?? ''];
  if (run === undefined) throw new Error(`usage: main.ts ${Object.keys(verbs).join('|')}`);
  // Nx keeps its plugin workers, and with them this process, alive.
  process.exit(await run());
};

void main();
