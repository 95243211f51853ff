/** What became of one item: its value, or the reason why not. */
export type Settled<Item, Value> =
  | { readonly item: Item; readonly ok: true; readonly value: Value }
  | { readonly item: Item; readonly ok: false; readonly error: unknown };

/**
 * Runs `work` for every host (or anything else), at most `limit` at a time, and returns every result in the order of
 * the items. Never rejects: one failure hides no other.
 */
export const onEach = async <Item, Value>(
  items: readonly Item[],
  { limit }: { readonly limit: number },
  work: (item: Item, index: number) => Promise<Value>,
): Promise<readonly Settled<Item, Value>[]> => {
  const results: Settled<Item, Value>[] = [];
  const rest = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      const [index, item] = next;
      results[index] = await work(item, index).then(
        (value) => ({ item, ok: true, value }),
        (error: unknown) => ({ item, ok: false, error }),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker));
  return results;
};
