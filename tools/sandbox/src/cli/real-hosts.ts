import { openRealHosts, type RealHost, type RealHosts } from '../real';
import type { CommandLine } from './arguments';
import { shellWord } from './status-text';

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `action` with a promise of the first signal that asks this process to end. Until the action is over the process
 * stays alive, and no such signal ends it.
 */
async function untilEnding(action: (ending: Promise<unknown>) => Promise<void>): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  const ending = new Promise((resolve) => ENDING.forEach((signal) => process.on(signal, resolve)));
  await action(ending).finally(() => clearInterval(alive));
}

type Reachable = Pick<RealHost, 'name' | 'forward' | 'ssh'>;

/** The line to type for a look around in a real host. */
function sshLine({ ssh, forward }: Reachable): string {
  const options = ['-o', `UserKnownHostsFile=${ssh.knownHostsFile}`, '-o', 'IdentitiesOnly=yes'];
  const words = ['ssh', '-i', ssh.identityFile, ...options, '-p', String(forward.port), `${ssh.user}@${forward.host}`];
  return words.map(shellWord).join(' ');
}

const yamlHost = ({ name, ssh, forward }: Reachable) => `      - name: ${name}
        address: ${forward.host}
        port: ${forward.port}
        user: ${ssh.user}
        identity_file: ${JSON.stringify(ssh.identityFile)}
        known_hosts: ${JSON.stringify(ssh.knownHostsFile)}`;

/** What a person wants to know of real hosts that run, with an environment for `.deploy.yaml`. */
export const realHostsText = (hosts: readonly Reachable[]): string =>
  [
    ...hosts.map((host) => `${host.name}: running\n  ${sshLine(host)}`),
    '\nFor .deploy.yaml:\n\nenvironments:\n  real:\n    hosts:',
    ...hosts.map(yamlHost),
    '\nThey run until Ctrl-C; then they and all that was deployed to them are removed.',
  ].join('\n');

async function startAll(session: RealHosts, line: CommandLine): Promise<void> {
  const names = Array.from({ length: line.hosts }, (_, index) => `real-${index + 1}`);
  const hosts = await Promise.all(names.map((name) => session.start(name)));
  const facts = hosts.map(({ name, forward, ssh }) => ({ name, ...forward, ...ssh }));
  console.log(line.json ? JSON.stringify(facts, undefined, 2) : realHostsText(hosts));
}

/**
 * Boots real hosts, prints how to reach them, keeps them until a signal asks to end, and removes them. Returns what to
 * say last. Throws REAL_HOSTS_REFUSED, REAL_HOSTS_BASE_FAILED and REAL_HOST_START_FAILED.
 */
export async function serveRealHosts(line: CommandLine): Promise<string> {
  if (!line.json) console.log('Booting; the first time on a machine takes half a minute more.');
  await untilEnding(async (ending) => {
    const session = await openRealHosts(line.directoryGiven ? { directory: line.directory } : {});
    try {
      await Promise.race([startAll(session, line).then(() => ending), ending]);
    } finally {
      await session.close();
    }
  });
  return line.json ? '' : 'All real hosts are gone.';
}
