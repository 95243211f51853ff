import { execa } from 'execa';

/** What a person at a prompt does: types a command, and looks at what it printed. */
export interface Typist {
  /** Types a command without a terminal; nothing of this test's own Nx run reaches it. */
  readonly type: (line: string, env?: Record<string, string>) => Promise<{ code: number | undefined; output: string }>;
  /** The same for a command that has to end well; returns what it printed. */
  readonly expectGood: (line: string, env?: Record<string, string>) => Promise<string>;
  /** Environment that a command is typed in. */
  readonly environment: Record<string, string | undefined>;
}

export const typistIn = (root: () => string): Typist => {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(NX_|DEPLOY_|JEST_|POLYDEV_|npm_|NODE_ENV$|FORCE_COLOR$)/.test(name),
    ),
  );
  const type: Typist['type'] = async (line, env = {}) => {
    const [command = '', ...args] = line.split(' ');
    const result = await execa(command, args, {
      cwd: root(),
      all: true,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: { ...environment, ...env },
    });
    return { code: result.exitCode, output: result.all };
  };
  return {
    type,
    environment,
    expectGood: async (line, env) => {
      const { code, output } = await type(line, env);
      // The output, where the code is not 0, is what a failing test has to show.
      expect(code === 0 ? '' : output).toBe('');
      return output;
    },
  };
};
