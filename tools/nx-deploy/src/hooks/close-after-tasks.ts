import { type PostTasksExecutionContext, readCachedProjectGraph } from '@nx/devkit';
import { isOpsError } from '@polydev/errors';
import { loadEnvironment, type WithheldValues } from '@polydev/manifest';
import { createReporter, errorText, rewording } from '@polydev/reporting';
import { nxError } from '../nx-error';
import { environmentToName, reportFor, withEnvironment } from '../own-commands';
import { manifestOf, type PluginOptions } from '../plugin-options';
import { closeRun } from '../run/close-run';
import { type DeploymentRun, processOfRun } from '../run/deployment-run';
import { withSecretsIfAny } from '../secrets/environment-secrets';
import { openTerminal } from './terminal';

export interface CloseAfterTasksInput {
  readonly options: PluginOptions | undefined;
  readonly context: PostTasksExecutionContext;
  readonly run: DeploymentRun;
}

/**
 * Closes a run's deployment and shows how it ended. Throws, for Nx to print, when it could not be closed, or when what
 * it has to say would not be seen otherwise.
 */
export const closeAfterTasks = async ({ options, context, run }: CloseAfterTasksInput): Promise<void> => {
  const stopped = Object.values(context.taskResults).some(({ status }) => (status as string) === 'stopped');
  const terminal = openTerminal({ nx: processOfRun(run)?.nx, stopped });
  const lines: string[] = [];
  const print = (text: string): void => {
    lines.push(text);
    terminal.write(`${text}\n`);
  };
  try {
    await close(run, manifestOf(options), { root: context.workspaceRoot, print });
  } catch (error) {
    throw nxError(withEnvironment(environmentToName(run.head.environment))(failureText(run, error)));
  } finally {
    terminal.close();
  }
  if (!terminal.visible) throw nxError(lines.join('\n'));
};

const close = async (
  run: DeploymentRun,
  manifestFile: string,
  { root, print }: { readonly root: string; readonly print: (text: string) => void },
): Promise<void> => {
  const { sshAgent: agent, signingKey } = processOfRun(run) ?? {};
  if (agent !== undefined) process.env['SSH_AUTH_SOCK'] ??= agent;
  const env = { ...process.env, ...(signingKey === undefined ? {} : { DEPLOY_SIGNING_KEY: signingKey }) };
  const named = loadEnvironment({ root, manifestFile, configuration: run.head.environment, env });
  const allowMissingHosts = processOfRun(run)?.allowMissingHosts ?? false;
  const withheld: WithheldValues[] = [];
  const { environment } = await withSecretsIfAny({
    environment: { ...named, allowMissingHosts },
    targets: named.targets,
    root,
    withhold: (values) => void withheld.push(values),
  });
  const redact = (text: string): string => withheld.reduce((left, values) => values.redact(left), text);
  await closeRun({
    root,
    run,
    environment,
    graph: readCachedProjectGraph(),
    report: reportFor(environment.name, rewording(createReporter({ result: print, progress: print }), redact)),
    // The run was stopped already, if it was: this is what puts things right, and Nx waits for it.
    signal: new AbortController().signal,
  });
};

const failureText = ({ head }: DeploymentRun, error: unknown): string => {
  const title = `Deployment ${head.id} to ${head.environment} was not closed.`;
  if (!isOpsError(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${title}\nThis is a bug in the deploy plugin; please report it with these lines.\n${stack}`;
  }
  return `${title}\n${errorText(error)}\nThe next deploy finishes or undoes what this one left.`;
};
