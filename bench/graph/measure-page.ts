import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from '@playwright/test';

/** Put into every page before its own scripts. */
export const watchScript = `window.heddleBench = {};`;

const wait = (page: Page, ms: number): Promise<void> => page.waitForTimeout(ms);

/** Opens a page, waits until the graph is painted, and weighs its scripts (KB, gzip). */
export async function openGraph(page: Page, url: string): Promise<{ firstLoadKb: number; lazyKb: number }> {
  const scripts: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script')
      scripts.push(
        response
          .body()
          .then((body) => gzipSync(body).length)
          .catch(() => 0),
      );
  });
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('[data-painted]').waitFor({ timeout: 60_000 });
  await wait(page, 500);
  const total = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
  const initial = await initialBytes(page, url);
  return { firstLoadKb: initial / 1024, lazyKb: (total - initial) / 1024 };
}

/** Bytes, gzip, of the scripts that the HTML itself asks for: all that runs before something is loaded on demand. */
async function initialBytes(page: Page, url: string): Promise<number> {
  const html = await (await page.request.get(url)).text();
  const paths = new Set([...html.matchAll(/<script[^>]+src="([^"]+\.js[^"]*)"/g)].map((match) => match[1] ?? ''));
  let bytes = 0;
  // Browsers of today do not fetch what is marked `nomodule`.
  for (const [tag, path] of html.matchAll(/<script[^>]+src="([^"]+\.js[^"]*)"[^>]*>/gi))
    if (/nomodule/i.test(tag) && path) paths.delete(path);
  for (const path of paths) bytes += gzipSync(await (await page.request.get(new URL(path, url).href)).body()).length;
  return bytes;
}

const recordFrames = `(() => {
  const frames = []; let last = performance.now();
  globalThis.heddleFrames = frames;
  const next = () => { const now = performance.now(); frames.push(now - last); last = now; if (globalThis.heddleFrames === frames) requestAnimationFrame(next); };
  requestAnimationFrame(next);
})()`;
const takeFrames = `(() => { const frames = globalThis.heddleFrames; globalThis.heddleFrames = undefined; return frames; })()`;

/** p95 of the times between frames while `act` moves the view: of the page or of its painter, whichever is worse. */
export async function framesWhile(page: Page, act: () => Promise<void>): Promise<number> {
  const threads: ((script: string) => Promise<unknown>)[] = [
    (script) => page.evaluate(script),
    ...page.workers().map((worker) => (script: string) => worker.evaluate(script)),
  ];
  for (const run of threads) await run(recordFrames);
  await act();
  const worst = await Promise.all(
    threads.map(async (run) => {
      const frames = (await run(takeFrames)) as number[];
      const sorted = frames.slice(1).toSorted((one, other) => one - other);
      return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    }),
  );
  return Math.max(...worst);
}

/** Drags the ground to and fro, then turns the wheel. */
export async function panAndZoom(page: Page): Promise<void> {
  const box = await page.getByTestId('graph-canvas').boundingBox();
  if (box === null) throw new Error('there is no canvas');
  const [x, y] = [box.x + box.width * 0.55, box.y + 14];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 0; step < 60; step += 1) await page.mouse.move(x + Math.sin(step / 6) * 220, y + (step % 30) * 5);
  await page.mouse.up();
  for (let step = 0; step < 40; step += 1) await page.mouse.wheel(0, step < 20 ? -60 : 60);
}

/** Seconds of work of the main thread so far. */
export async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0;
}

/** Milliseconds until the canvas shows the next scene after `act`. */
export async function untilShown(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(`(() => {
    const canvas = document.querySelector('[data-testid="graph-canvas"]');
    const bench = window.heddleBench; bench.asked = 0; bench.shown = 0;
    addEventListener('input', () => { bench.asked = performance.now(); }, { once: true, capture: true });
    addEventListener('dblclick', () => { bench.asked = performance.now(); }, { once: true, capture: true });
    const observer = new MutationObserver(() => { bench.shown = performance.now(); observer.disconnect(); });
    observer.observe(canvas, { attributes: true, attributeFilter: ['data-scene'] });
  })()`);
  await act();
  await page.waitForFunction('window.heddleBench.shown > 0', undefined, { timeout: 20_000 });
  return page.evaluate<number>('window.heddleBench.shown - window.heddleBench.asked');
}
