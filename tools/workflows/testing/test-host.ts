import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, startSshd } from '@polydev/host/testing';
import { execa } from 'execa';

/** A server with a real OpenSSH, on which `systemctl restart` starts a service's program. */
export interface TestHost {
  /** Folder that stands for the host's root; also the home of whoever deploys. */
  readonly home: string;
  readonly ports: { readonly controller: number; readonly frontend: number };
  /** What the workflows' secrets and variables have to say to reach it. */
  readonly secrets: { readonly DEPLOY_SERVER: string; readonly DEPLOY_SSH_KEY: string };
  readonly knownHosts: string;
  /** `PATH` of whoever deploys. */
  readonly path: string;
  /** A text with the paths and ports of production in which those of this host stand instead. */
  readonly here: (text: string) => string;
  readonly stop: () => Promise<void>;
}

export const startTestHost = async (): Promise<TestHost> => {
  const home = mkdtempSync(join(tmpdir(), 'polydev-test-host-'));
  mkdirSync(join(home, 'opt'));
  const ports = { controller: await freePort(), frontend: await freePort() };
  program(join(home, 'host/systemctl'), [
    `case $2 in master-controller) PORT=${ports.controller} ;; polydev-frontend) PORT=${ports.frontend} ;; esac`,
    `[ ! -e "${home}/$2.pid" ] || kill "$(cat "${home}/$2.pid")" 2>/dev/null`,
    `cd "${home}/opt/$2" && export PORT || exit 1`,
    'setsid node main.js </dev/null >/dev/null 2>&1 &',
    `echo $! > "${home}/$2.pid"`,
  ]);
  const path = process.env['PATH'] ?? '';
  const sshd = await startSshd({ config: [`SetEnv "HOME=${home}" "PATH=${join(home, 'host')}:${path}"`] });
  // OpenSSH takes the home of the account and not $HOME; what the doors write is read all the same.
  writeFileSync(join(home, 'ssh_config'), `UserKnownHostsFile ${join(home, '.ssh/known_hosts')}\nBatchMode yes\n`);
  program(join(home, 'client/ssh'), [`exec /usr/bin/ssh -F "${home}/ssh_config" "$@"`]);
  return {
    home,
    ports,
    secrets: {
      DEPLOY_SERVER: `${sshd.user}@127.0.0.1:${sshd.port}`,
      DEPLOY_SSH_KEY: readFileSync(sshd.clientKey.path, 'utf8'),
    },
    knownHosts: sshd.knownHostsLine(),
    path: `${join(home, 'client')}:${path}`,
    here: (text) =>
      text
        .replaceAll('/opt/', `${home}/opt/`)
        .replaceAll('localhost:4000', `localhost:${ports.controller}`)
        .replaceAll('localhost:3000', `localhost:${ports.frontend}`),
    stop: async () => {
      await execa('sh', ['-c', 'kill $(cat *.pid)'], { cwd: home, reject: false });
      await sshd.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
};

const program = (file: string, lines: readonly string[]): void => {
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
};
