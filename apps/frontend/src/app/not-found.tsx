/** What is shown at any other address. */
export default function NotFound() {
  return (
    <main>
      <h1>There is no such page</h1>
      <p>
        <a href="/">Targets and deployments</a> are all there is.
      </p>
    </main>
  );
}
