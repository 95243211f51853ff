import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeploymentHead, DeploymentRecord, TargetRecord } from '@polydev/contract';

/** The state that deployers leave on a host, in a temporary folder. */
export interface HostFiles {
  readonly stateDir: string;
  /** Writes a file as a deployer does: whole, by a rename. */
  readonly write: (path: string, content: unknown) => void;
  /** Places a release of a target and makes it live. */
  readonly goLive: (target: string, release: string) => void;
  readonly removeRelease: (target: string, release: string) => void;
  readonly remove: () => void;
}

export function makeHostFiles(): HostFiles {
  const stateDir = mkdtempSync(join(tmpdir(), 'host-files-'));
  const write = (path: string, content: unknown) => {
    const file = join(stateDir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(content));
    renameSync(`${file}.new`, file);
  };
  const remove = (path: string) => rmSync(path, { recursive: true, force: true });
  return {
    stateDir,
    write,
    goLive: (target, release) => {
      const path = join(stateDir, `live-${target}`);
      const facts = {
        target,
        environment: 'production',
        release,
        sha: `sha of ${release}`,
        digest: `digest of ${release}`,
      };
      write(`targets/${target}/releases/${release}/.release.json`, facts);
      write(`targets/${target}/target.json`, { target, environment: 'production', path });
      remove(path);
      symlinkSync(`targets/${target}/releases/${release}`, path);
    },
    removeRelease: (target, release) => remove(join(stateDir, 'targets', target, 'releases', release)),
    remove: () => remove(stateDir),
  };
}

/** The id of a deployment that began at that minute of a day. */
export const idAt = (minute: number): string => `20261124T08${String(minute).padStart(2, '0')}00.000Z-aaaaaaa`;

export const headOf = (minute: number, facts: Partial<DeploymentHead> = {}): DeploymentHead => ({
  schema: 1,
  id: idAt(minute),
  nonce: `nonce of ${minute}`,
  kind: 'deploy',
  environment: 'production',
  sha: 'a'.repeat(40),
  dirty: false,
  by: 'ops@builder',
  startedAt: `2026-11-24T08:${String(minute).padStart(2, '0')}:00.000Z`,
  planned: ['frontend'],
  ...facts,
});

export const targetOn = (host: string, facts: Partial<TargetRecord> = {}): TargetRecord => ({
  target: 'frontend',
  outcome: 'moved',
  digest: 'd'.repeat(64),
  hosts: [{ host, outcome: 'moved', release: 'r', steps: [], notes: [] }],
  ...facts,
});

/** A deployment that has succeeded. */
export const recordAt = (minute: number, facts: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  ...headOf(minute),
  outcome: 'succeeded',
  endedAt: '2026-11-24T09:00:00.000Z',
  targets: [targetOn('app-1')],
  ...facts,
});
