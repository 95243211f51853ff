import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { planSystemTools, type Machine, type SystemTool } from './system-tools';

/** Debian asks this program before it starts the service of a package that is being installed; 101 means no. */
const POLICY = '/usr/sbin/policy-rc.d';

/** What Debian would start at the next boot. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  'openssh-server': ['ssh.service', 'ssh.socket'],
  postgresql: ['postgresql.service'],
  pgbouncer: ['pgbouncer.service'],
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether a program is on the PATH or among the system programs, which are not on everybody's PATH. */
export const isOnMachine = (program: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((directory) =>
    isExecutable(join(directory, program)),
  );

const thisMachine = (): Machine => ({
  isRoot: process.getuid?.() === 0,
  hasApt: isOnMachine('apt-get'),
  isUbuntu: existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8')),
});

const withoutStartingServices = async (work: () => Promise<void>): Promise<void> => {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(POLICY);
  }
};

const apt = async (args: readonly string[]): Promise<boolean> => {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const { exitCode } = await execa('apt-get', args, { env, stdio: ['ignore', 'inherit', 'inherit'], reject: false });
  return exitCode === 0;
};

const installPackages = (packages: readonly string[]): Promise<void> =>
  withoutStartingServices(async () => {
    console.log(`apt-get install ${packages.join(' ')}: missing on this machine (no service of theirs is started).`);
    // Old package lists are better than none, so that a failing update does not end the attempt.
    await apt(['update', '-qq']);
    await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
    // The tests start their own servers; one that listens after the next boot is not ours to decide on.
    const services = isOnMachine('systemctl') ? packages.flatMap((name) => SERVICES[name] ?? []) : [];
    for (const service of services) await execa('systemctl', ['disable', '--quiet', service], { reject: false });
  });

const missingOf = (tools: readonly SystemTool[]): readonly SystemTool[] =>
  tools.filter(({ programs }) => !programs.some(isOnMachine));

/**
 * Installs what is missing where this is root on a Debian-like machine.
 * Returns undefined when all that is needed is there, else what to tell the user.
 */
export const ensureSystemTools = async (tools: readonly SystemTool[]): Promise<string | undefined> => {
  const machine = thisMachine();
  const plan = planSystemTools(missingOf(tools), machine);
  switch (plan.kind) {
    case 'complete':
      return undefined;
    case 'ask':
      return plan.message;
    case 'install': {
      await installPackages(plan.packages);
      const still = missingOf(tools).filter(({ optional }) => optional !== true);
      const after = planSystemTools(still, { ...machine, isRoot: false });
      return after.kind === 'ask' ? after.message : undefined;
    }
  }
};
