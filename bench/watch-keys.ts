import type { Browser, Page } from '@playwright/test';
import { launchChromium } from './launch-chromium';

/** In the page: per key, from its event to the picture after it. */
const watchScript = `
  window.heddleKeys = [];
  addEventListener('keydown', (event) => {
    const began = event.timeStamp;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.heddleKeys.push(performance.now() - began);
      channel.port2.postMessage(0);
    });
  }, true);
`;

export interface KeyTimes {
  median: number;
  worst: number;
}

/** A browser with one page that notes how long the picture after each key takes. */
export async function openWatched(): Promise<{ browser: Browser; page: Page }> {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watchScript);
  return { browser, page };
}

/** Forgets the keys that were pressed so far. */
export async function forgetKeys(page: Page): Promise<void> {
  await page.evaluate('void (window.heddleKeys = [])');
}

/** Milliseconds from key to picture, of the keys since the last `forgetKeys`. */
export async function readKeys(page: Page): Promise<KeyTimes> {
  const times = (await page.evaluate<number[]>('window.heddleKeys')).toSorted((left, right) => left - right);
  return { median: Math.round(times[Math.floor(times.length / 2)] ?? 0), worst: Math.round(times.at(-1) ?? 0) };
}
