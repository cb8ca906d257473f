import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout (the one with package.json), for this module bundled in `dist/` as well as in place. */
export function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** A program of `dist/`. */
export function bundlePath(name: 'heddle' | 'proxy' | 'workload' | 'metrics-worker' | 'tracing-worker'): string {
  return join(findRoot(), 'dist', `${name}.mjs`);
}
