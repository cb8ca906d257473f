// Programs from Debian's packages; needs Debian (or a descendant of it) and root.
import { readFileSync } from 'node:fs';
import { runQuietly } from './run-command.mjs';

function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

let listsUpdated = false;

/** Installs packages; returns the names of those that could not be. Nothing is tried where it cannot work. */
export async function installDebianPackages(names) {
  if (names.length === 0 || !isDebianRoot()) return names;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!listsUpdated) {
    await runQuietly('apt-get', ['update', '-qq'], { env, allowFailure: true });
    listsUpdated = true;
  }
  const install = (packages) =>
    runQuietly('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, allowFailure: true });
  if ((await install(names)).status === 0) return [];
  // One package that does not exist fails the whole call: try them one by one, so that the others are there.
  const missing = [];
  for (const name of names) if ((await install([name])).status !== 0) missing.push(name);
  return missing;
}
