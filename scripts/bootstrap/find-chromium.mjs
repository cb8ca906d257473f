// A Chromium for the browser tests: one that is there, else Debian's, else Playwright's own.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installDebianPackages } from './debian-packages.mjs';
import { pinnedNode, projectEnvironment } from './pinned-node.mjs';
import { BootstrapError, root, step } from './report-progress.mjs';
import { runQuietly } from './run-command.mjs';

// The shell first: without the windows of the whole browser a page opens in half the time.
const systemPaths = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

function installedChromium() {
  const named = [process.env.HEDDLE_CHROMIUM, ...systemPaths].find((path) => path && existsSync(path));
  if (named) return named;
  const own = createRequire(join(root, 'package.json'))('@playwright/test').chromium.executablePath();
  return existsSync(own) ? own : undefined;
}

/** The path of a Chromium, installed if need be. Throws with what to install when that fails. */
export async function findChromium() {
  const present = installedChromium();
  if (present) return present;
  await step('install Chromium (Debian package)', async () => {
    // Older releases have the whole browser alone.
    for (const name of ['chromium-headless-shell', 'chromium']) if ((await installDebianPackages([name])).length === 0) return undefined;
    return 'not available';
  });
  const fromDebian = installedChromium();
  if (fromDebian) return fromDebian;
  await step('install Chromium (Playwright)', async () => {
    const run = await runQuietly(pinnedNode(), ['node_modules/@playwright/test/cli.js', 'install', 'chromium'], {
      env: projectEnvironment(),
      allowFailure: true,
    });
    return run.status === 0 ? undefined : 'not available';
  });
  const fromPlaywright = installedChromium();
  if (fromPlaywright) return fromPlaywright;
  throw new BootstrapError(
    'The browser tests need a Chromium and none could be installed.\n' +
      'Install one (Debian: "apt-get install chromium"; elsewhere: "npx playwright install chromium") or set HEDDLE_CHROMIUM to its path.',
  );
}
