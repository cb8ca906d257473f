import { existsSync } from 'node:fs';
import { type Browser, chromium } from '@playwright/test';

/** The browser of the bootstrap or of the system, without a window. */
export function launchChromium(): Promise<Browser> {
  const file = [process.env['HEDDLE_CHROMIUM'], '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
    (path) => path !== undefined && existsSync(path),
  );
  return chromium.launch({
    ...(file === undefined ? {} : { executablePath: file }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
}
