import { canonicalJson, isWhole, parseHeads, signHead, verdictLines, verifyLog, type KeptHead, type Signers } from '..';
import { entryOf, LOG, logOf, textOf } from '../../testing/entries';
import { keyRing, signersOf } from '../../testing/keys';
import { appendEntry } from '../log/append';
import { headText } from '../log/head';
import { sign } from '../signing/keygen';

const ring = keyRing();
const operator = ring.make('operator');
const stranger = ring.make('stranger');
const signers = signersOf(['operator@example.org', operator]);
afterAll(() => ring.remove());

const { lines, heads, text } = logOf(4);
const check = (of: string, kept: readonly KeptHead[], by?: Signers) =>
  verifyLog({ text: of, log: LOG, heads: kept, signers: by });
const messages = async (...args: Parameters<typeof check>) =>
  (await check(...args)).problems.map(({ message }) => message);

it('finds entries taken off the end, by a head kept elsewhere', async () => {
  const cut = textOf(lines.slice(0, 2));
  expect(isWhole(await check(cut, []))).toBe(true);
  expect(await messages(cut, [heads[3]!])).toEqual([
    'The log ends with entry 2; on 2026-11-27T10:00:00.000Z it had 4 entries.',
  ]);
  expect(await messages('', [heads[3]!])).toEqual(['The log is empty; on 2026-11-27T10:00:00.000Z it had 4 entries.']);
  expect(await messages(text.slice(0, -1), [heads[3]!])).toContain(
    'The log ends with entry 3; on 2026-11-27T10:00:00.000Z it had 4 entries.',
  );
});

it('finds a log that was written anew, though it is whole in itself', async () => {
  const anew = appendEntry(heads[1]!, entryOf({ after: 'another' }));
  const forged = textOf([...lines.slice(0, 2), anew.line]);
  expect(isWhole(await check(forged, []))).toBe(true);
  expect(await messages(forged, [heads[2]!])).toEqual([
    'Entry 3 is not the one that was there on 2026-11-27T10:00:00.000Z: the log was written anew.',
  ]);
});

it('holds heads of other logs against nobody', async () => {
  expect(await messages(text, logOf(9, 'production@web-2').heads)).toEqual([]);
});

it('is satisfied by a head that a known key signed', async () => {
  const verified = await check(text, [await signHead(heads[3]!, operator)], signers);
  expect(verdictLines(verified)).toEqual(['production@web-1 is whole (4 entries)']);
});

it('says which entries no signature vouches for', async () => {
  const verified = await check(text, [await signHead(heads[1]!, operator)], signers);
  expect(isWhole(verified)).toBe(true);
  expect(verdictLines(verified)).toEqual([
    'production@web-1 is whole, but not all of it is signed (4 entries)',
    '  unsigned: No signed head vouches for entries 3 to 4.',
  ]);
});

it('refuses a head signed by an unknown key, and does not believe what it says', async () => {
  const foreign = await signHead({ ...heads[3]!, seq: 99 }, stranger);
  const found = await check(text, [await signHead(heads[3]!, operator), foreign], signers);
  expect(found.problems.map(({ kind, weight }) => [kind, weight])).toEqual([['signature', 'broken']]);
  expect(found.problems[0]?.message).toMatch(
    /^The head of .* \(entry 99\) does not count: its signature is by an unknown key \(SHA256:.{43}\)\.$/,
  );
});

it('refuses a head signed for another purpose', async () => {
  const signature = await sign(headText(heads[3]!), 'approval@polydev', operator);
  expect((await messages(text, [{ ...heads[3]!, signature }], signers))[0]).toMatch(
    /its signature is for another purpose \(approval@polydev\)\.$/,
  );
});

it('refuses a head that was edited after it was signed', async () => {
  const edited = { ...(await signHead(heads[3]!, operator)), seq: 3 };
  expect((await messages(text, [edited], signers))[0]).toMatch(
    /its signature by operator@example.org does not hold \(/,
  );
});

it('refuses a signature that is none', async () => {
  expect((await messages(text, [{ ...heads[3]!, signature: 'yes' }], signers))[0]).toMatch(
    /its signature is none of ssh-keygen\.$/,
  );
});

it('says of a head without a signature that it has none, and still compares it', async () => {
  const kinds = (await check(textOf(lines.slice(0, 2)), [heads[3]!], signers)).problems.map(({ kind }) => kind);
  expect(kinds).toEqual(['unsigned', 'truncated', 'unsigned']);
});

it('believes a key for what it signed while it held, and for nothing later', async () => {
  const { line, head } = appendEntry({ log: LOG }, entryOf({ at: '2020-06-01T10:00:00.000Z' }));
  const kept = [await signHead(head, operator)];
  const until = (date: string) => signersOf(['operator@example.org', operator, `valid-before="${date}"`]);
  expect(await messages(textOf([line]), kept, until('20200701'))).toEqual([]);
  expect((await messages(textOf([line]), kept, until('20200501')))[0]).toMatch(/does not hold/);
});

it('asks nothing of the older heads of a key that was taken off the list, once a newer one vouches for them', async () => {
  const kept = [await signHead(heads[1]!, stranger), await signHead(heads[3]!, operator)];
  expect(await messages(text, kept, signers)).toEqual([]);
});

it('reads a file of heads back, and says which lines are none', async () => {
  const signed = await signHead(heads[0]!, operator);
  expect(parseHeads(`${canonicalJson(signed)}\nnonsense\n{"log":1}\n`)).toEqual({ heads: [signed], wrong: [2, 3] });
});
