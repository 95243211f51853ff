import { readFileSync } from 'node:fs';
import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentConfig } from '@polydev/manifest';
import { deployTarget } from '../src/index';

/** A deployer as a process of its own, so that a test can kill it: reads its input from a file, prints an event a line. */
export interface DeployerInput {
  readonly environment: EnvironmentConfig;
  readonly artifactDirectory: string;
  readonly head: DeploymentHead;
}

const { environment, artifactDirectory, head } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
) as DeployerInput;
const [target] = environment.targets;
if (!target) throw new Error('The environment has no target.');

void deployTarget({
  environment,
  target,
  artifactDirectory,
  head,
  report: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
  signal: new AbortController().signal,
});
