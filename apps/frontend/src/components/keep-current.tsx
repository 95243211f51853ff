'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';

const EVERY_MS = 5_000;

interface Props {
  /** ISO 8601; when the server made what is shown. */
  readonly renderedAt: string;
  /** The release of the dashboard that made it. */
  readonly release: string | undefined;
}

/**
 * Renews the page every few seconds while somebody looks at it. Asks the dashboard's own health first: a refresh that
 * fails would leave the page for the browser's error page, just while the dashboard itself is being deployed.
 */
export function KeepCurrent({ renderedAt, release }: Props) {
  const router = useRouter();
  const [paused, setPaused] = useState(false);
  const [lost, setLost] = useState(false);

  useEffect(() => {
    if (paused) return;
    const renew = async () => {
      if (document.hidden) return;
      const answering = await askRelease();
      setLost(answering === undefined);
      if (answering === undefined) return;
      // Another release has other scripts and styles.
      if (answering !== (release ?? '')) location.reload();
      else router.refresh();
    };
    const timer = setInterval(() => void renew(), EVERY_MS);
    return () => clearInterval(timer);
  }, [paused, release, router]);

  return (
    <div className="freshness">
      <p role="status">{lost && 'The dashboard does not answer; trying again.'}</p>
      <p>
        As of <time dateTime={renderedAt}>{renderedAt.slice(11, 19)} UTC</time>
      </p>
      <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
        {paused ? 'Resume' : 'Pause'} updates
      </button>
      <noscript>
        <meta httpEquiv="refresh" content="10" />
      </noscript>
    </div>
  );
}

/** The release that answers now, empty when it has no name, undefined when nothing answers. */
async function askRelease(): Promise<string | undefined> {
  try {
    const response = await fetch('/api/health', { cache: 'no-store' });
    if (!response.ok) return undefined;
    const { release } = (await response.json()) as { release?: string };
    return release ?? '';
  } catch {
    return undefined;
  }
}
