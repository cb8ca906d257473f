/**
 * Calls `end` once when this process should go: SIGINT, SIGTERM, or the end of standard input. Its parent holds the other end of
 * that pipe, so that a parent killed without a chance to clean up leaves nothing behind. A terminal or a file as standard input is
 * no parent and is not watched.
 */
export function endWithParent(end: (why: string) => void): void {
  let ended = false;
  const once = (why: string) => {
    if (ended) return;
    ended = true;
    end(why);
  };
  process.on('SIGINT', () => {
    once('SIGINT');
  });
  process.on('SIGTERM', () => {
    once('SIGTERM');
  });
  if (process.env['HEDDLE_CHILD'] !== undefined) {
    process.stdin.resume();
    process.stdin.on('end', () => {
      once('parent gone');
    });
    process.stdin.on('error', () => {
      once('parent gone');
    });
  }
  watchBootstrap(once);
}

/** Started by the bootstrap, which shares its standard input with us: its end shows in our parent's pid. */
function watchBootstrap(once: (why: string) => void): void {
  const bootstrap = Number(process.env['HEDDLE_BOOTSTRAP_PID'] ?? 0);
  if (bootstrap === 0 || process.ppid !== bootstrap) return;
  setInterval(() => {
    if (process.ppid !== bootstrap) once('parent gone');
  }, 500).unref();
}
