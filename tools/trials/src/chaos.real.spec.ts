import { join } from 'node:path';
import { describeReal } from '@polydev/sandbox/real';
import { execa } from 'execa';

const WORKSPACE = join(__dirname, '../../..');
const COUNT = 25;
const LONGEST_MS = 900_000;

/** What a person types, in this workspace. Returns what it printed, of which a failure's log keeps all. */
const type = async (command: string): Promise<string> => {
  const { all } = await execa(command, { cwd: WORKSPACE, shell: true, all: true, reject: false });
  process.stderr.write(`${all}\n`);
  return all;
};

describeReal(`${COUNT} random schedules of faults, chosen by the commit`, () => {
  let seed = '';

  it(
    'leave old or new after each fault, and a next deploy that mends everything by itself',
    async () => {
      const output = await type('npm run chaos' + ` -- --count=${COUNT}`);
      expect(output).not.toMatch(/FAILED/);
      expect(output).toMatch(new RegExp(`^${COUNT} schedules in .* minutes, none failed\\.$`, 'm'));
      seed = /^seed:\S+/m.exec(output)?.[0] ?? '';
    },
    LONGEST_MS,
  );

  it('and one of them comes again from its seed', async () => {
    const output = await type('npm run chaos -- --replay=seed:1f3a9c-17-0a1b2c'.replace('seed:1f3a9c-17-0a1b2c', seed));
    expect(output).toContain(`${seed} `);
    expect(output).toMatch(/^1 schedule in .* minutes, none failed\.$/m);
  }, 120_000);
});
