/** Next calls this once, before the server takes requests, in whichever of its runtimes. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { announce } = await import('./announce');
  announce();
}
