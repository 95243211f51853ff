/**
 * argv that runs a command within a cgroup, and that the kernel kills when this process ends (prctl(2),
 * PR_SET_PDEATHSIG): nothing of a session outlives its owner.
 */
export const joiningCgroup = (cgroup: string, argv: readonly string[]): string[] => [
  ...['setpriv', '--pdeathsig', 'KILL', 'sh', '-c', 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"', 'sh', cgroup],
  ...argv,
];
