import type { Tone } from '../words/outcome';

/** One shape a tone, so that colour is never the only difference. */
const PATHS: Readonly<Record<Tone, string>> = {
  good: 'M3.5 8.5l3 3 6-7',
  bad: 'M4 4l8 8M12 4l-8 8',
  undone: 'M3 6.5h6.5a3.25 3.25 0 0 1 0 6.5H6M6 3.5L3 6.5l3 3',
  busy: 'M8 3.5V8l3 2',
  quiet: 'M4 8h8',
};

/** The shape of a tone; the word beside it says the same. */
export function Shape({ tone }: { readonly tone: Tone }) {
  return (
    <svg className="shape" aria-hidden="true" viewBox="0 0 16 16">
      {tone === 'busy' && <circle cx="8" cy="8" r="6.25" />}
      <path d={PATHS[tone]} />
    </svg>
  );
}
