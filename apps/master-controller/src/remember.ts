/** Returns `load`, asked at most once in `ms` milliseconds: callers in between share one answer. Failures are not kept. */
export function remember<T>(ms: number, load: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let kept: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (kept !== undefined && now() - kept.at < ms) return kept.answer;
    const answer = load();
    const entry = { at: now(), answer };
    kept = entry;
    answer.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return answer;
  };
}
