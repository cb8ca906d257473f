// Progress of the steps of a start: one line each, with the time it took.

/** The folder of the checkout. */
export const root = new URL('../../', import.meta.url).pathname;

/** Seconds with one decimal, right-aligned so that the lines form a column. */
function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}

/**
 * Runs one step and prints `name … n.n s`. On a terminal the line counts while the step runs, so that a long one does not look dead.
 * `work` may return a word that is printed behind the time ("unchanged").
 */
export async function step(name, work) {
  const startedAt = performance.now();
  const label = name.padEnd(34);
  let ticker;
  if (!process.stderr.isTTY) {
    // In a log a line cannot count: a step that takes long says that it has begun.
    ticker = setTimeout(() => process.stderr.write(`  ${label}…\n`), 2000);
  } else {
    process.stderr.write(`  ${label}`);
    ticker = setInterval(() => process.stderr.write(`\r  ${label}${seconds(startedAt)}`), 500);
  }
  try {
    const note = await work();
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}  ${label}${seconds(startedAt)}${note ? `  ${note}` : ''}\n`);
  } catch (error) {
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}  ${label}${seconds(startedAt)}  failed\n`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

/** An outcome the user can act on: printed without a stack. */
export class BootstrapError extends Error {}
