import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { aptSources, codename } from './apt';
import { basePath } from './base';
import { cgroupRoot } from './cgroup';
import { cacheDirectory } from './locations';

const PROGRAMS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
  'ssh-keygen': 'openssh-client',
};

const isMissing = (program: string) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0;

function cgroupProblem(): string | undefined {
  const root = cgroupRoot();
  if (root === undefined) return 'it has no cgroup version 2 tree below /sys/fs/cgroup';
  const probe = join(root, `polydev-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    const canKill = existsSync(join(probe, 'cgroup.kill'));
    rmdirSync(probe);
    return canKill ? undefined : 'its kernel has no cgroup.kill (Linux 5.14)';
  } catch {
    return `no cgroup can be made below ${root}`;
  }
}

/** Mounts an overlay on the very disk it will be on, in namespaces that end with the probe. */
function overlayProblem(): string | undefined {
  mkdirSync(cacheDirectory(), { recursive: true, mode: 0o700 });
  const probe = mkdtempSync(join(cacheDirectory(), 'probe-'));
  for (const name of ['lower', 'upper', 'work', 'root']) mkdirSync(join(probe, name));
  const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup', '--fork', '--propagation', 'private'];
  const mount = ['mount', '-t', 'overlay', 'overlay', '-o', 'lowerdir=lower,upperdir=upper,workdir=work', 'root'];
  const { status, stderr } = spawnSync('unshare', [...namespaces, ...mount], { cwd: probe, encoding: 'utf8' });
  rmSync(probe, { recursive: true, force: true });
  return status === 0 ? undefined : `no overlay can be mounted in ${cacheDirectory()} (${stderr.trim()})`;
}

function baseProblem(): string | undefined {
  if (existsSync(basePath())) return undefined;
  if (isMissing('apt-get')) return 'it has no apt-get, which the Debian of the hosts is fetched with';
  const release = codename();
  if (release === undefined || aptSources(release).length === 0) return 'it has no package sources of its own release';
  return undefined;
}

/** Why this machine cannot run real hosts, all reasons in one sentence; undefined where it can. Changes nothing. */
export function realHostsRefusal(): string | undefined {
  if (process.platform !== 'linux') return 'real hosts need Linux';
  if (process.getuid?.() !== 0) return 'real hosts need root: namespaces, mounts and cgroups are made for them';
  const missing = Object.keys(PROGRAMS).filter(isMissing);
  const programs = missing.map((name) => `it has no ${name} (Debian package ${PROGRAMS[name] ?? name})`);
  // The probes call these programs.
  const problems = programs.length > 0 ? programs : [cgroupProblem(), overlayProblem(), baseProblem()];
  const sentences = problems.filter((problem) => problem !== undefined);
  return sentences.length > 0 ? `this machine cannot run real hosts: ${sentences.join('; ')}` : undefined;
}
