import { runCommand } from './run-command';

const say = () => {
  const said: string[] = [];
  return { said, say: (text: string) => void said.push(text) };
};
const node = (code: string) => ['node', '-e', code] as const;

test('of an output that is far too long the end is said, where failures are named', async () => {
  const { said, say: tell } = say();
  const code = "for (let i = 0; i < 30; i++) process.stdout.write('x'.repeat(1e6)); console.log('✗ one failed')";
  expect(await runCommand(process.cwd(), node(code), tell)).toBe(true);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^\(\d+ characters before this are left out\)\nx+/);
  expect(said[0]?.slice(-13)).toBe('x✗ one failed');
});

test('a command that fails says so, as does one that cannot be run', async () => {
  const { said, say: tell } = say();
  expect(await runCommand(process.cwd(), node('process.exitCode = 3'), tell)).toBe(false);
  expect(said).toEqual([]);
  expect(await runCommand(process.cwd(), ['no-such-program'], tell)).toBe(false);
  expect(said.join()).toContain('no-such-program');
});
