/** Shown instead of everything else when the controller cannot be asked. */
export function Unavailable({ url, why }: { readonly url: string; readonly why: string }) {
  return (
    <section className="panel" data-tone="bad" role="alert">
      <h1>The controller cannot be asked</h1>
      <p>
        This page shows what the master-controller at <code>{url}</code> knows. {why}
      </p>
      <p>What is deployed goes on serving: nothing depends on this page.</p>
      <h2>What to do</h2>
      <ul>
        <li>
          See whether it runs: <code>systemctl status master-controller</code> on its host,{' '}
          <code>npm run sandbox:status</code> for the sandbox.
        </li>
        <li>
          If it listens elsewhere, start this dashboard with <code>CONTROLLER_URL</code> set to its address.
        </li>
      </ul>
      <p className="aside">The page tries again by itself every few seconds.</p>
    </section>
  );
}
