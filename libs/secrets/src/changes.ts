import { secretExists, secretNameInvalid, secretUnknown } from '@polydev/errors';
import type { SecretName } from './head';
import type { Secrets } from './sealed';
import { checkVariable, isVariableName } from './variable';

/** One change of one name: `add` a new one, `edit` the value of one that is there, `remove` it. */
export type Change =
  | { readonly kind: 'add' | 'edit'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove'; readonly name: string };

/** As the readable part has it. */
export const timeText = (now: Date): string => now.toISOString().replace(/\.\d+Z$/, 'Z');

const byName = (a: SecretName, b: SecretName): number => (a.name < b.name ? -1 : 1);

const refuse = ({ head, values }: Secrets, change: Change): void => {
  if (!isVariableName(change.name)) throw secretNameInvalid();
  const facts = { environment: head.environment, name: change.name };
  const there = values.has(change.name);
  if (change.kind === 'add' && there) throw secretExists(facts);
  if (change.kind !== 'add' && !there) throw secretUnknown({ ...facts, names: [...values.keys()] });
  if (change.kind !== 'remove') checkVariable(change.name, change.value);
};

const applyOne = (secrets: Secrets, change: Change, setAt: string): Secrets => {
  refuse(secrets, change);
  const { head, values } = secrets;
  if (change.kind === 'edit' && values.get(change.name) === change.value) return secrets;
  const others = head.names.filter(({ name }) => name !== change.name);
  const rest = [...values].filter(([name]) => name !== change.name);
  if (change.kind === 'remove') return { head: { ...head, names: others }, values: new Map(rest) };
  return {
    head: { ...head, names: [...others, { name: change.name, setAt }].sort(byName) },
    values: new Map([...rest, [change.name, change.value]]),
  };
};

/**
 * The secrets with all changes made, or the same object where none of them changes anything. Pure.
 * Throws SECRET_NAME_INVALID, SECRET_VALUE_INVALID, SECRET_EXISTS or SECRET_UNKNOWN.
 */
export const applyChanges = (secrets: Secrets, changes: readonly Change[], now: Date): Secrets =>
  changes.reduce((before, change) => applyOne(before, change, timeText(now)), secrets);
