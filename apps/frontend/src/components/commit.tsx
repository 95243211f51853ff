/** The first characters of a SHA; all of it when pointed at. */
export function Commit({ sha }: { readonly sha: string }) {
  return <code title={sha}>{sha.slice(0, 7)}</code>;
}
