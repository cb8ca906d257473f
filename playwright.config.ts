import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const chromium = [process.env['HEDDLE_CHROMIUM'], '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Stories against one freshly started demo; they change the mesh, so they run one after the other. */
export default defineConfig({
  testDir: 'e2e/stories',
  outputDir: 'test-results/e2e',
  globalSetup: './e2e/support/start-demo.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    reducedMotion: 'reduce',
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    },
  },
});
