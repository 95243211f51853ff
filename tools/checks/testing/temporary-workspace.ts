import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';

const REPOSITORY = resolve(__dirname, '../../..');

/** What a program of the checks answered in a workspace. */
export interface Answer {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TemporaryWorkspace {
  readonly root: string;
  /** Runs `tools/checks/src/main.ts <verb>` in the workspace. */
  run(verb: string): Promise<Answer>;
  remove(): void;
}

/** The caller's own Nx run must not be mistaken for the one of the temporary workspace. */
const environment = (): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => !/^(NX_|JEST_)/.test(entry[0])),
  ),
  NX_DAEMON: 'false',
});

/** A real workspace in a temporary folder, from file names and texts (or values that are written as JSON). */
export const temporaryWorkspace = (files: Readonly<Record<string, unknown>>): TemporaryWorkspace => {
  const root = mkdtempSync(join(tmpdir(), 'polydev-checks-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const args = ['-r', require.resolve('@polydev/run-source'), join(REPOSITORY, 'tools/checks/src/main.ts')];
  return {
    root,
    run: async (verb) =>
      execa('node', [...args, verb], { cwd: root, env: environment(), extendEnv: false, reject: false }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
};
