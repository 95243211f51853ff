import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { driverUnusable, vmmFailed } from '@polydev/errors';
import { AGENT_FILE } from '../../guest/init';
import { GUEST_PROBE } from '../../guest/probe';
import { identityOf, type ProcessIdentity } from '../../vms/process-identity';
import { endsWithStarter, type VmSpec } from '../driver';
import { VM_MARK } from '../vm-process';
import { PROCESS_FILES, SUPERVISOR } from './supervisor';

/** Unpacks an agent and starts the shell that waits for the word to start it. Throws VMM_FAILED, DRIVER_UNUSABLE. */
export const launchAgent = async (spec: VmSpec): Promise<ProcessIdentity> => {
  const { directory, network } = spec;
  if (network.mode !== 'forward') throw driverUnusable(NO_BRIDGE);
  const env = {
    ...(await unpack(spec)),
    PATH: process.env['PATH'],
    HOME: directory,
    HOST: '127.0.0.1',
    PORT: String(network.port),
    [VM_MARK]: await realpath(directory),
  };
  const output = await open(join(directory, PROCESS_FILES.console), 'w', 0o600);
  try {
    const prefix = endsWithStarter(spec.use) ? (['setpriv', '--pdeathsig', 'KILL', '--'] as const) : [];
    const argv = [...prefix, '/bin/sh', '-c', SUPERVISOR, 'agent', process.execPath];
    const [command = '', ...words] = argv;
    const child = spawn(command, words, {
      cwd: directory,
      detached: true,
      env,
      stdio: ['ignore', output.fd, output.fd],
    });
    await once(child, 'spawn');
    child.unref();
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (!identity) throw new Error('its shell ended at once');
    await writeFile(join(directory, PROCESS_FILES.identity), JSON.stringify(identity), { mode: 0o600 });
    return identity;
  } catch (cause) {
    throw failedStart(spec, cause);
  } finally {
    await output.close();
  }
};

const NO_BRIDGE = {
  driver: 'process',
  reason: 'without a VM there is nothing that could have an address of its own on a bridge',
  hint: 'Choose `network: forward` for this environment in .deploy.yaml, or a driver with VMs.',
};

/** Returns what the agent's own description says of it, as a guest's init would set it. */
const unpack = async (spec: VmSpec): Promise<NodeJS.ProcessEnv> => {
  const agent = join(spec.directory, PROCESS_FILES.agent);
  try {
    await mkdir(agent);
    await execa('tar', ['--extract', '--file', spec.image.layers.agent ?? '', '--directory', agent, '--no-same-owner']);
    await execa('mkfifo', ['--mode=600', join(spec.directory, PROCESS_FILES.wake)]);
    await writeFile(join(spec.directory, PROCESS_FILES.probe), GUEST_PROBE);
    const about = JSON.parse(await readFile(join(agent, AGENT_FILE), 'utf8')) as { version: string; digest: string };
    return { AGENT_VERSION: about.version, AGENT_DIGEST: about.digest };
  } catch (cause) {
    throw failedStart(spec, cause);
  }
};

const failedStart = (spec: VmSpec, cause: unknown) =>
  vmmFailed({ vm: spec.id, what: 'its agent could not be unpacked and started', output: sayingOf(cause), cause });

const sayingOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
