import { KeepCurrent } from './keep-current';

/** The name of the product, and how fresh the page is. */
export function Masthead({ now, release }: { readonly now: number; readonly release: string | undefined }) {
  return (
    <header className="masthead">
      <p className="brand">
        <svg aria-hidden="true" viewBox="0 0 32 32" width="24" height="24">
          <rect width="32" height="32" rx="8" className="brand-ground" />
          <path d="M9 9.5h6.5a4.5 4.5 0 0 1 0 9H9v5" className="brand-line" />
          <circle cx="23" cy="22" r="2.5" className="brand-dot" />
        </svg>
        Polydev Deploy
      </p>
      <KeepCurrent renderedAt={new Date(now).toISOString()} release={release} />
    </header>
  );
}
