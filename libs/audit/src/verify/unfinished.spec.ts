import { appendEntry, endOfLog, isWhole, verifyLog, type AuditEntry } from '..';
import { entryOf, LOG } from '../../testing/entries';

const textOf = (entries: readonly Partial<AuditEntry>[]): string => {
  let text = '';
  for (const entry of entries) text += `${appendEntry(endOfLog(text, LOG), entryOf(entry)).line}\n`;
  return text;
};
const unfinished = async (...entries: readonly Partial<AuditEntry>[]) => {
  const verified = await verifyLog({ text: textOf(entries), log: LOG });
  expect(isWhole(verified)).toBe(true);
  return verified.problems.map(({ message }) => message);
};
const begun = { result: 'begun', deployment: 'd-1' } as const;

it('tells what was begun and never said to have ended, by its entry', async () => {
  expect(await unfinished({ result: 'succeeded' }, begun)).toEqual([
    'Entry 2 (deploy d-1 of api) was begun on 2026-11-27T10:00:00.000Z, and nothing says how it ended: it is under way, or its deployer died.',
  ]);
});

it.each([
  ['its own end', [begun, { ...begun, result: 'rolled-back' }]],
  ['a recovery', [begun, { action: 'recover', result: 'rolled-back', deployment: 'd-1' }]],
  ['the end of a later run of that target', [begun, { ...begun, deployment: 'd-2' }, { result: 'unchanged' }]],
] as const)('takes %s for its end', async (_, entries) => {
  expect(await unfinished(...entries)).toEqual([]);
});

it.each([
  ['another target', { target: 'web', result: 'succeeded' }],
  ['an activated image', { action: 'image-activated', result: 'succeeded' }],
  ['a broken lock', { action: 'lock-broken', result: 'succeeded' }],
] as const)('does not take the end of %s for its own', async (_, other) => {
  expect(await unfinished(begun, other)).toHaveLength(1);
});
