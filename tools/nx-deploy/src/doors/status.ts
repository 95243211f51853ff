import { workspaceRoot } from '@nx/devkit';
import { optionInvalid } from '@polydev/errors';
import { loadEnvironment } from '@polydev/manifest';
import { terminalReporter } from '@polydev/reporting';
import { showDatabaseStatus } from '../database/show-status';
import { databaseOf, targetOf } from '../executors/environment';
import { parseOptions } from '../executors/options';
import { showStatus, STATUS_OPTIONS } from '../executors/status/show-status';
import { openDoor, parseDoor, reportOfDoor } from './door';

/** `status <target> [-c <environment>] [--json] [--limit <n>] [--manifest <file>]`: what the task shows, and nothing else. */
const status = async (): Promise<void> => {
  const { values, positionals } = parseDoor('status', {
    allowPositionals: true,
    options: {
      configuration: { type: 'string', short: 'c' },
      manifest: { type: 'string' },
      json: { type: 'boolean' },
      limit: { type: 'string' },
    },
  });
  const { configuration, ...given } = values;
  const [target, ...others] = positionals;
  const options = parseOptions(STATUS_OPTIONS, { task: 'status', given: { ...given, _: others } });
  if (target === undefined) {
    const problems = ['a target is missing; give its name in the manifest first'];
    throw optionInvalid({ task: 'status', problems, options: ['--json', '--limit', '-c <environment>'] });
  }
  const environment = loadEnvironment({
    root: workspaceRoot,
    manifestFile: options.manifest,
    configuration,
    env: process.env,
  });
  const { signal } = new AbortController();
  const { json = false, limit } = options;
  const report = reportOfDoor(terminalReporter({ json }));
  const database = databaseOf(environment, { target });
  const shown =
    database === undefined
      ? showStatus({ environment, target: targetOf(environment, { ...options, target }), options, report, signal })
      : showDatabaseStatus({ environment, database, root: workspaceRoot, json, limit, report, signal });
  if (!(await shown)) process.exitCode = 1;
};

void openDoor(status);
