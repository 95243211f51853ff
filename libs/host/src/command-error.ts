import {
  commandCanceled,
  commandFailed as commandFailedError,
  commandTimedOut,
  diskFull,
  noPermission,
  toolMissing,
  type OpsError,
} from '@polydev/errors';
import type { Argv, CommandResult, ExecOptions, Host, HostShell, ShellRunOptions } from './host';
import { lastLines, showCommand } from './output';

type Shown = Pick<Host, 'name' | 'redact'>;

/** What a command wrote, without what nobody may read: whole, as a part of it would not be known for what it is. */
export const redacted = (result: CommandResult, { redact }: Shown): CommandResult =>
  redact === undefined ? result : { ...result, stdout: redact(result.stdout), stderr: redact(result.stderr) };

/**
 * The error for a command that ended with a code other than 0 or by a signal: DISK_FULL or NO_PERMISSION where its
 * output says so, TOOL_MISSING where the program itself was not found, else COMMAND_FAILED. Reads messages in English.
 */
export const commandFailed = (whole: CommandResult, host: Shown): OpsError => {
  const result = redacted(whole, host);
  const command = showCommand(result.argv);
  const ended = result.signal ? `signal ${result.signal}` : `exit code ${result.exitCode}`;
  const output = lastLines(result);
  const what = `\`${command}\` ended with ${ended}`;
  if (/no space left on device|disk quota exceeded/i.test(result.stderr + result.stdout)) {
    return diskFull({ host: host.name, what, output });
  }
  if (result.exitCode === 127 && /not found|no such file/i.test(result.stderr)) {
    return toolMissing({ host: host.name, tool: missingTool(result), why: `${what}\n${output}` });
  }
  if (/permission denied|operation not permitted|read-only file system/i.test(result.stderr)) {
    return noPermission({ host: host.name, what, output });
  }
  return commandFailedError({ host: host.name, command, ended, output });
};

/** `sh: 1: pm2: not found`, `bash: line 1: pm2: command not found`, `pm2: not found` → pm2. */
const missingTool = (result: CommandResult): string =>
  /([^\s:]+): (?:command )?not found/.exec(result.stderr)?.[1] ?? result.argv[0];

/** The error for a command that was ended after `milliseconds`; takes what it had written until then. */
export const timedOut = (result: CommandResult, host: Shown, milliseconds: number): OpsError =>
  commandTimedOut({
    host: host.name,
    command: showCommand(result.argv),
    seconds: milliseconds / 1000,
    output: lastLines(redacted(result, host)),
  });

/** The error for a command that was ended, or not begun, because its signal was aborted. */
export const canceled = (argv: Argv, host: { readonly name: string }): OpsError =>
  commandCanceled({ host: host.name, command: showCommand(argv) });

/** Like {@link Host.exec}, and throws {@link commandFailed} when the command does not end with 0. */
export const mustExec = async (host: Host, argv: Argv, options?: ExecOptions): Promise<CommandResult> =>
  passed(await host.exec(argv, options), host);

/** Like {@link HostShell.run}, and throws {@link commandFailed} when the command does not end with 0. */
export const mustRun = async (shell: HostShell, argv: Argv, options?: ShellRunOptions): Promise<CommandResult> =>
  passed(await shell.run(argv, options), shell.host);

const passed = (result: CommandResult, host: Host): CommandResult => {
  if (result.exitCode !== 0) throw commandFailed(result, host);
  return result;
};
