import { existsSync } from 'node:fs';
import { type Browser, chromium } from '@playwright/test';

export const chromiumArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** The browser of the bootstrap or of the system. */
export function findChromium(): string {
  const file = [process.env['HEDDLE_CHROMIUM'], '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (file === undefined) throw new Error('No Chromium was found: install it, or name it in HEDDLE_CHROMIUM.');
  return file;
}

/** It, without a window. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: chromiumArguments });
}
