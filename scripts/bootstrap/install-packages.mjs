// `npm ci`, once per lock file.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, step } from './report-progress.mjs';
import { runQuietly } from './run-command.mjs';

const stampPath = join(root, 'node_modules/.heddle-install');

function lockHash(lock) {
  return createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
}

/** True when somebody ran `npm ci` or `npm install` by hand and node_modules holds just what the lock file names. */
function installedByHand(lock) {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(lock).packages;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || (present[path] === undefined ? entry.optional === true : present[path].version === entry.version),
  );
}

/** Makes node_modules what the lock file says. Does nothing (some milliseconds) when it is. */
export async function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const hash = lockHash(lock);
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === hash) return;
  if (!installedByHand(lock)) {
    await step('install packages (npm ci)', async () => {
      await runQuietly('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    });
  }
  writeFileSync(stampPath, hash);
}
