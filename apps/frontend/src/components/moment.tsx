import { agoWords, momentWords } from '../words/time';

/** How long ago something was; the exact time when pointed at. */
export function Moment({ at, now }: { readonly at: string; readonly now: number }) {
  return (
    <time dateTime={at} title={momentWords(at)}>
      {agoWords(at, now)}
    </time>
  );
}
