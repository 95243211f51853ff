import type { Metadata } from 'next';
import { cache } from 'react';
import { Masthead } from '../components/masthead';
import { Unavailable } from '../components/unavailable';
import { OverviewView } from '../components/overview-view';
import { loadOverview } from '../controller/load-overview';
import { release } from '../release';
import { summaryOf } from '../words/summary';

export const dynamic = 'force-dynamic';

/** Once a request, though title and page both ask. */
const overviewOnce = cache(() => loadOverview());

export async function generateMetadata(): Promise<Metadata> {
  const overview = await overviewOnce();
  const state = overview.kind === 'loaded' ? summaryOf(overview.targets).sentence : 'Controller unavailable';
  return { title: `${state} · Polydev Deploy` };
}

/** Targets with their health, and the history of deployments. */
export default async function Page() {
  const overview = await overviewOnce();
  const now = Date.now();
  return (
    <>
      <Masthead now={now} release={release?.release} />
      <main>
        {overview.kind === 'loaded' ? (
          <OverviewView overview={overview} now={now} />
        ) : (
          <Unavailable url={overview.url} why={overview.why} />
        )}
      </main>
    </>
  );
}
