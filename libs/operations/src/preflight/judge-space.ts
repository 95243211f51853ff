import { spaceShort, type OpsError, type SpaceFacts } from '@polydev/errors';
import type { Finding } from '../operations';
import type { Disk, TargetSpace } from './ask-host';
import { findingOf } from './finding';

/** What is to stay free beside the new releases: room for what installing and building write, for logs and records. */
const SPARE = { bytes: 100 * 1024 ** 2, files: 10_000 } as const;
/** Less than this left free is worth a warning. */
const COMFORT = 1024 ** 3;

/** What a release takes on its file system. */
export interface Size {
  readonly bytes: number;
  readonly files: number;
}

export interface SpaceInput {
  readonly host: string;
  readonly disk: Disk;
  readonly targets: readonly string[];
  readonly needed: Size;
  readonly estimated: boolean;
}

/** SPACE_SHORT for bytes and for inodes, where a file system has not what is needed. Pure. */
export const spaceErrors = ({ host, disk, targets, needed, estimated }: SpaceInput): readonly OpsError[] =>
  (['bytes', 'files'] as const).flatMap((counted) => {
    const free = disk[counted];
    if (free === null || free >= needed[counted] + SPARE[counted]) return [];
    const facts: SpaceFacts = {
      ...{ host, at: disk.at, targets, counted, estimated },
      ...{ free, needed: needed[counted], spare: SPARE[counted] },
    };
    return [spaceShort(facts)];
  });

/**
 * Whether each file system of a host has room for one more release of all the targets that lie on it; one as large as
 * the live one is reckoned with, as nothing is built yet. Pure.
 */
export const judgeSpace = (
  host: string,
  disks: readonly Disk[],
  targets: readonly (TargetSpace & { readonly name: string })[],
): readonly Finding[] =>
  disks.flatMap((disk) => {
    const here = targets.filter(({ device }) => device === disk.device);
    const needed = {
      bytes: sum(here.map(({ live }) => live?.bytes ?? 0)),
      files: sum(here.map(({ live }) => live?.files ?? 0)),
    };
    const errors = spaceErrors({ host, disk, targets: here.map(({ name }) => name), needed, estimated: true });
    if (errors.length > 0) return errors.map((error) => findingOf(error, host));
    return disk.bytes === null || disk.bytes >= needed.bytes + COMFORT ? [] : [lowFinding(host, disk, disk.bytes)];
  });

const lowFinding = (host: string, { at }: Disk, bytes: number): Finding => ({
  level: 'warning',
  code: 'DISK_LOW',
  host,
  message: `${host} has ${Math.floor(bytes / 1024 ** 2)} MB free at ${at}: enough for this run, and not for many more.`,
  hint: `Free some before it runs full; \`df -h ${at}\` on ${host} shows the file system.`,
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
