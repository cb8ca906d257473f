import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const chromium = [process.env['HEDDLE_CHROMIUM'], '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Stories that change nothing of the demo's mesh, and ask for nothing of it that another story changes. */
const looking = /\/(?:pages|metrics-gone|safety)\.spec\.ts$/;
/** Stories that stop what the others stand on. */
const stopping = /\/restart\.spec\.ts$/;

/** Stories against one freshly started demo. Those that change its mesh run one after the other, beside those that only look. */
export default defineConfig({
  testDir: 'e2e/stories',
  outputDir: 'test-results/e2e',
  globalSetup: './e2e/support/start-demo.ts',
  workers: 2,
  fullyParallel: false,
  projects: [
    { name: 'steering', testIgnore: [looking, stopping], workers: 1 },
    { name: 'looking', testMatch: looking, workers: 1 },
    { name: 'stopping', testMatch: stopping, dependencies: ['steering', 'looking'] },
  ],
  timeout: 240_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    // A trace costs more than it tells on a machine whose files nobody reads.
    trace: process.env['CI'] === undefined ? 'retain-on-failure' : 'off',
    reducedMotion: 'reduce',
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    },
  },
});
