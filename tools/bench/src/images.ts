import type { VmView } from '@polydev/contract';
import { openProgram, type Program } from './program';
import { rejections } from './rejections';
import type { Measured } from './table';
import { timed, times } from './timed';

export interface ImagesBench {
  /** How often what takes seconds is measured. */
  readonly few: number;
  /** How often what takes tenths of a second is. */
  readonly many: number;
}

/** Starts so many VMs at once, waits until they are ready, and stops them. Returns the time until the last was ready. */
const start = async (program: Program, count: number): Promise<number> => {
  const took = await timed(() =>
    Promise.all(
      Array.from({ length: count }, () => program.run<{ readonly vms: readonly VmView[] }>('vms', 'start', '1')),
    ),
  );
  await program.run('vms', 'stop', '--all');
  return took;
};

/** Measures images from first to last: building, building again, and what starts from them. Takes a few minutes. */
export const benchImages = async ({ few, many }: ImagesBench): Promise<readonly Measured[]> => {
  const program = await openProgram();
  try {
    const first = await timed(program.build);
    const unchanged = await times(many, () => timed(program.build));
    const layers: number[] = [];
    const changed = await times(few, async () => {
      program.change();
      return timed(async () => layers.push((await program.build()).timings.layersMs));
    });
    const restored = await times(few, () => start(program, 1));
    const restoredFour = await times(few, () => start(program, 4));
    await program.forgetSnapshot();
    const booted = await times(few, () => start(program, 1));
    const bootedFour = await times(few, () => start(program, 4));
    const refused = await rejections(program, few);
    return [
      { name: 'first build, all layers, proven and active', runs: [first] },
      { name: 'changed agent: its layers', runs: layers },
      { name: 'changed agent: proven and active', runs: changed },
      { name: 'nothing changed', runs: unchanged },
      { name: 'a VM by a cold boot, until it is ready', runs: booted },
      { name: 'a VM from the snapshot', runs: restored, beside: 'a VM by a cold boot, until it is ready' },
      { name: 'four VMs at once by cold boots', runs: bootedFour },
      { name: 'four VMs at once from the snapshot', runs: restoredFour, beside: 'four VMs at once by cold boots' },
      ...refused,
    ];
  } finally {
    await program.close();
  }
};
