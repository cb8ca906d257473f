import { existsSync } from 'node:fs';
import { type Page, chromium } from '@playwright/test';

/** A page in a browser of its own, for suites that Playwright does not run; `close` ends the browser. */
export async function openPage(): Promise<{ page: Page; close: () => Promise<void> }> {
  const chrome = [process.env['HEDDLE_CHROMIUM'], '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
    (file) => file !== undefined && existsSync(file),
  );
  const browser = await chromium.launch({
    ...(chrome === undefined ? {} : { executablePath: chrome }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(30_000);
  return { page, close: () => browser.close() };
}
