// A stamp over the contents of source files: what was built from the same contents need not be built again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './report-progress.mjs';

const skippedFolders = new Set(['node_modules', 'testdata', '.next', 'dist', 'e2e']);
const skippedFiles = /\.(test|bench)\.tsx?$/;

function* filesUnder(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return;
  if (info.isFile()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() ? !skippedFolders.has(entry.name) : !skippedFiles.test(entry.name)) yield* filesUnder(join(path, entry.name));
  }
}

/** SHA-256 over the names and contents of all files under `paths` (relative to the checkout). Tests and missing paths are left out. */
export function hashInputs(paths, excluded = () => false) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(root, path))) {
      const name = file.slice(root.length);
      if (!excluded(name)) hash.update(name).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** True when `stampFile` holds `hash` and everything it stands for is there. */
export function isFresh(stampFile, hash, outputs) {
  const path = join(root, stampFile);
  return outputs.every((output) => existsSync(join(root, output))) && existsSync(path) && readFileSync(path, 'utf8') === hash;
}

export function writeStamp(stampFile, hash) {
  const path = join(root, stampFile);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, hash);
}
