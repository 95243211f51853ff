import type { ImageProgramLine } from '@polydev/contract';
import { imageProgramFailed, toldByImageProgram } from '@polydev/errors';
import {
  commandFailed,
  lastLines,
  lineStream,
  redacted,
  type Argv,
  type CommandResult,
  type Host,
  type HostShell,
} from '@polydev/host';
import type { Report } from '@polydev/reporting';
import { programLine } from './program-line';

/** The program that handles images on a host, as one file that needs nothing but Node. */
export interface ImageProgram {
  readonly text: string;
  /** SHA-256 of its text, as hex. */
  readonly sha256: string;
}

/** Something of an answer that a schema has checked. */
interface Schema<T> {
  parse(value: unknown): T;
}

/** Puts the program on a host, by its content, where it is not there; returns its path. */
export const placeProgram = async (
  shell: HostShell,
  stateDir: string,
  { text, sha256 }: ImageProgram,
): Promise<string> => {
  const path = `${stateDir}/programs/golden-image-${sha256.slice(0, 12)}.cjs`;
  if ((await shell.host.exec(['test', '-f', path])).exitCode !== 0) await shell.writeFile(path, text, 0o644);
  return path;
};

export interface ProgramCall<T> {
  /** One line of JSON. */
  readonly settings: string;
  /** `['build', '--agent=/opt/agent']` */
  readonly args: readonly string[];
  readonly answer: Schema<T>;
  /** `user@machine` of the deployer; undefined = the account on the host. */
  readonly by?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds after which it is ended. */
  readonly timeoutMs?: number;
}

/** Runs the program where it was placed; its steps are reported as they happen. Throws what it says it failed of. */
export const runProgram = async <T>(
  shell: HostShell,
  path: string,
  { settings, args, answer, by, report, ...limits }: ProgramCall<T> & { readonly report?: Report },
): Promise<T> => {
  let last: ImageProgramLine | undefined;
  const stdout = lineStream((text) => {
    for (const line of programLine(text)) {
      last = line;
      if (line.event === 'step') report?.({ ...stepEvent(line), host: shell.host.name });
    }
  });
  const argv = ['node', path, ...args, '--json'] as const;
  const env = { GOLDEN_IMAGE_SETTINGS: settings, ...(by === undefined ? {} : { GOLDEN_IMAGE_BY: by }) };
  // VMs outlive it, and must not hold the target's lock for ever.
  const result = await shell.run(argv, { env, keepLock: false, stdout, ...limits });
  return read(shell.host, { result, last, args, answer });
};

/** Asks the program something that changes nothing; it need not be on the host: it is sent along. */
export const askProgram = async <T>(
  host: Host,
  program: ImageProgram,
  { settings, args, answer, ...limits }: ProgramCall<T>,
): Promise<T> => {
  const argv: Argv = ['env', `GOLDEN_IMAGE_SETTINGS=${settings}`, 'node', '-', ...args, '--json'];
  const result = await host.exec(argv, { stdin: program.text, ...limits });
  return read(host, { result, last: result.stdout.split('\n').flatMap(programLine).at(-1), args, answer });
};

const stepEvent = ({ step, state, detail, durationMs }: Extract<ImageProgramLine, { event: 'step' }>) => ({
  kind: 'step' as const,
  state,
  step,
  ...(detail === undefined ? {} : { detail }),
  ...(durationMs === undefined ? {} : { durationMs }),
});

interface Ended<T> extends Pick<ProgramCall<T>, 'args' | 'answer'> {
  readonly result: CommandResult;
  readonly last: ImageProgramLine | undefined;
}

const read = <T>(host: Host, { result, last, args, answer }: Ended<T>): T => {
  if (last?.event === 'error') throw toldByImageProgram({ host: host.name, ...last });
  if (last?.event === 'result' && result.exitCode === 0) return answer.parse(last);
  if (result.exitCode === 127) throw commandFailed(result, host);
  throw imageProgramFailed({
    host: host.name,
    command: ['golden-image', ...args].join(' '),
    ended: result.signal ? `signal ${result.signal}` : `exit code ${result.exitCode ?? 'unknown'}`,
    output: lastLines(redacted(result, host)),
  });
};
