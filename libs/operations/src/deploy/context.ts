import type { Artifact, FileEntry } from '@polydev/artifact';
import type { Signers } from '@polydev/audit';
import type { HostShell } from '@polydev/host';
import type { WithheldValues } from '@polydev/manifest';
import type { TrafficEngine } from '../traffic/read';
import type { DeployPlan } from './plan';

/** What of the artifact goes over the wire to one host, and what the host copies from a tree it has. */
export interface Transfer {
  readonly artifact: Artifact;
  /** Positions in the file list of the files that are sent. */
  readonly send: readonly number[];
  /** Tree on the host that everything else is copied from; undefined when all is sent. */
  readonly copyFrom: string | undefined;
  /** Whether that tree was changed by hand: then nothing of a file that differs is taken from it either. */
  readonly drifted: boolean;
  /** Of the artifact's list, by the deployer; undefined where nothing is signed. */
  readonly signature?: string;
  /** Bytes that rsync counted; undefined where it sent nothing. */
  sentBytes?: number;
}

/** What the steps of a deploy work with on one host. */
export interface DeployContext {
  readonly plan: DeployPlan;
  readonly shell: HostShell;
  /** Aborted by Ctrl-C; steps hand it to the commands they run. Undo never looks at it. */
  readonly signal: AbortSignal;
  /** Missing when a later process finishes or undoes a dead run: no step forward is taken then. */
  readonly transfer?: Transfer;
  /** Decrypted values, in memory; missing like `transfer`, and where nothing is to be placed. */
  readonly secrets?: WithheldValues;
  /** Keys of which one has to have signed a release that is started; undefined where none has to. */
  readonly signers?: Signers;
  /** Says something once, beside the steps. */
  readonly note: (text: string) => void;
  /** Seconds since the host's boot at which the path was swapped. */
  swappedAt?: number;
  /** What the traffic engine had counted before it gave the new release its first request. */
  engineBefore?: TrafficEngine;
}

export const sentFiles = ({ artifact, send }: Transfer): FileEntry[] =>
  send.flatMap((index) => {
    const entry = artifact.entries[index];
    return entry?.type === 'file' ? [entry] : [];
  });
