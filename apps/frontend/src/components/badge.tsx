import type { Word } from '../words/outcome';
import { Shape } from './shape';

/** A word for a state, with its shape and colour. */
export function Badge({ word }: { readonly word: Word }) {
  return (
    <span className="badge" data-tone={word.tone}>
      <Shape tone={word.tone} />
      {word.word}
    </span>
  );
}
