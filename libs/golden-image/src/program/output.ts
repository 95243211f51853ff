import type { ImagesStatus, VmView } from '@polydev/contract';
import type { OpsError } from '@polydev/errors';
import type { BuildResult, RollbackResult, StepEvent } from '../pipeline';
import { seconds } from '../pipeline/check-image';
import { statusText, table } from './status-text';

/** What a verb ends with, by its verb. */
export type Result =
  | { readonly of: 'build'; readonly value: BuildResult }
  | { readonly of: 'rollback'; readonly value: RollbackResult }
  | { readonly of: 'status'; readonly value: ImagesStatus }
  | { readonly of: 'vms'; readonly value: { readonly vms: readonly VmView[] }; readonly title: string }
  /** What is told in a sentence or a few. */
  | { readonly of: 'words'; readonly value: object; readonly text: string };

/** How a person reads a result. */
export const textOf = (result: Result): string => {
  switch (result.of) {
    case 'build':
      return buildText(result.value);
    case 'rollback':
      return rollbackText(result.value);
    case 'status':
      return statusText(result.value);
    case 'vms':
      return result.value.vms.length === 0 ? `${result.title}: none` : `${result.title}:\n${vmTable(result.value.vms)}`;
    case 'words':
      return result.text;
  }
};

/** The last line of `--json`. */
export const lineOf = (result: Result): object => ({ event: 'result', ...result.value });

/** A step as a person reads it; undefined for what only a machine wants to know. */
export const stepText = ({ step, state, detail, durationMs }: StepEvent): string | undefined => {
  switch (state) {
    case 'started':
      return step === 'lock' ? `… ${detail ?? step}` : undefined;
    case 'done':
      return ['✓', step.padEnd(9), detail, durationMs !== undefined && `(${seconds(durationMs)})`]
        .filter(Boolean)
        .join(' ');
    case 'skipped':
      return `! ${step.padEnd(9)} ${detail ?? ''}`;
  }
};

/** An error as a person reads it: what happened, then what to do. */
export const errorText = ({ code, message, hint }: OpsError): string => `✗ ${message} [${code}]\n  ${hint}`;

const buildText = (result: BuildResult): string => {
  switch (result.outcome) {
    case 'activated':
      return (
        `${result.id} is active: ${result.verdict}, booted in ${seconds(result.bootMs)}` +
        `${result.restoreMs === undefined ? '' : `, a clone in ${seconds(result.restoreMs)}`} (${howOf(result)}).` +
        (result.previous === undefined ? '' : ` Before: ${result.previous}.`)
      );
    case 'unchanged':
      return `Nothing changed: ${result.id} is active (${result.verdict}, booted in ${seconds(result.bootMs)}; ${howOf(result)}).`;
    case 'would-build':
      return (
        `An image of the agent ${result.digest.slice(0, 12)} would be built, booted and made active; it was left, as the rebuild is manual. ` +
        (result.previous === undefined ? 'No image is active.' : `${result.previous} stays active.`)
      );
  }
};

const howOf = ({ driver, accelerator, machine }: Exclude<BuildResult, { outcome: 'would-build' }>): string =>
  driver === 'process' ? 'no VM' : `${driver} ${machine}, ${accelerator}`;

const rollbackText = ({ id, from, sha, bootMs, verdict }: RollbackResult): string =>
  from === id
    ? `${id} is active already, and stands for ${sha.slice(0, 12)}.`
    : `${id} of ${sha.slice(0, 12)} is active again: ${verdict}, booted in ${seconds(bootMs)}.${from === undefined ? '' : ` Before: ${from}.`}`;

const vmTable = (vms: readonly VmView[]): string =>
  table([
    ['vm', 'image', 'address', 'health', 'how'],
    ...vms.map(({ id, image, address, health, kind, driver }) => [
      id,
      image,
      address,
      health,
      kind === 'process' ? 'no VM' : driver,
    ]),
  ]);
