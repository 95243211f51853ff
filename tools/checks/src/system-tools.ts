/** A program that the tests or checks call and that npm cannot install. */
export interface SystemTool {
  /** Any one of these on the PATH will do. */
  readonly programs: readonly string[];
  readonly debianPackage: string;
  /** Where Ubuntu names it otherwise. */
  readonly ubuntuPackage?: string;
  readonly neededFor: string;
  /** Needed by `npm run check` only, which skips that section rather than ask for root. */
  readonly optional?: boolean;
}

export const SYSTEM_TOOLS: readonly SystemTool[] = [
  { programs: ['sshd'], debianPackage: 'openssh-server', neededFor: 'tests against a real SSH server' },
  { programs: ['ssh'], debianPackage: 'openssh-client', neededFor: 'tests with the OpenSSH client' },
  { programs: ['rsync'], debianPackage: 'rsync', neededFor: 'tests of `sync: rsync`' },
  {
    programs: ['chromium'],
    debianPackage: 'chromium',
    ubuntuPackage: 'chromium-browser',
    neededFor: "tests of the dashboard's page",
  },
  { programs: ['ps'], debianPackage: 'procps', neededFor: 'tests that look for processes left behind' },
  { programs: ['haproxy'], debianPackage: 'haproxy', neededFor: 'tests of the traffic engine' },
  // It is Debian's manager of clusters that is on the PATH; the tests call the server behind it, in /usr/lib/postgresql.
  { programs: ['pg_ctlcluster'], debianPackage: 'postgresql', neededFor: 'tests against a real PostgreSQL' },
  { programs: ['pgbouncer'], debianPackage: 'pgbouncer', neededFor: 'tests of migrations through a pooler' },
  { programs: ['openssl'], debianPackage: 'openssl', neededFor: 'certificates of the tests' },
  { programs: ['age'], debianPackage: 'age', neededFor: 'tests that age itself reads what we encrypted' },
  { programs: ['ip'], debianPackage: 'iproute2', neededFor: 'networks of the real hosts' },
  { programs: ['nsenter'], debianPackage: 'util-linux', neededFor: 'tests in namespaces of their own' },
  {
    programs: ['mmdebstrap'],
    debianPackage: 'mmdebstrap',
    neededFor: 'building the Debian of the real hosts, which only root can run',
    optional: true,
  },
  { programs: ['faketime'], debianPackage: 'faketime', neededFor: 'tests of clocks that disagree' },
  { programs: ['strace'], debianPackage: 'strace', neededFor: 'tests that count what a program does' },
  { programs: ['qemu-system-x86_64'], debianPackage: 'qemu-system-x86', neededFor: 'tests that boot golden images' },
  { programs: ['mkfs.erofs'], debianPackage: 'erofs-utils', neededFor: 'tests that build golden images' },
  { programs: ['busybox'], debianPackage: 'busybox-static', neededFor: 'tests that build golden images' },
  { programs: ['nft'], debianPackage: 'nftables', neededFor: 'tests of the network of VMs' },
  { programs: ['cpio'], debianPackage: 'cpio', neededFor: 'tests that look into an initrd' },
  { programs: ['shellcheck'], debianPackage: 'shellcheck', neededFor: 'checking shell scripts', optional: true },
];

/** What the machine is able to do about missing programs. */
export interface Machine {
  readonly isRoot: boolean;
  readonly hasApt: boolean;
  readonly isUbuntu: boolean;
}

export type SystemToolsPlan =
  | { readonly kind: 'complete' }
  | { readonly kind: 'install'; readonly packages: readonly string[] }
  /** Somebody has to do it by hand; `message` ends with the command to type. */
  | { readonly kind: 'ask'; readonly message: string };

const explainMissing = (missing: readonly SystemTool[], packages: readonly string[], hasApt: boolean): string => {
  const why = missing.map((tool) => `  ${tool.programs.join(' or ')}: ${tool.neededFor}`);
  const command = hasApt
    ? `sudo apt-get install -y ${packages.join(' ')}`
    : `(this machine has no apt-get; on Debian the packages are called ${packages.join(', ')})`;
  return ['Programs are missing on this machine:', ...why, 'Install them, then run this again:', `  ${command}`].join(
    '\n',
  );
};

/** What to do about the programs that are missing: nothing, install them, or say exactly which command does. */
export const planSystemTools = (missing: readonly SystemTool[], machine: Machine): SystemToolsPlan => {
  const canInstall = machine.isRoot && machine.hasApt;
  const isRequired = missing.some(({ optional }) => optional !== true);
  if (missing.length === 0 || (!isRequired && !canInstall)) return { kind: 'complete' };

  const packages = missing.map((tool) => (machine.isUbuntu ? tool.ubuntuPackage : undefined) ?? tool.debianPackage);
  if (canInstall) return { kind: 'install', packages };
  return { kind: 'ask', message: explainMissing(missing, packages, machine.hasApt) };
};
