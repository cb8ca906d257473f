/** Runs once per server process, before the first request: opens the sources and begins to watch. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { getConsole } = await import('@/server/console');
  getConsole();
}
