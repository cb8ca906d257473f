import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const places = '{lib,server,components,app,scripts}';
/** A kind that is not there is put into the registry. */
const mocking = '**/made-up-kind.test.ts';
/** Istio's tasks against a running mesh, generated configurations against real proxies, previews against what metrics then show, every kind in the editor, the graph of a mesh in trouble. */
const tasks = 'e2e/{tasks,properties,preview,kinds,graph}';

/** One project per suffix: `vitest run --project contract`. A test sits beside the code; its suffix says what it needs. */
function project(
  name: string,
  include: string[],
  exclude: string[],
  options: { testTimeout: number; hookTimeout: number; fileParallelism: boolean; isolate?: boolean },
) {
  return { extends: true as const, test: { name, include, exclude: ['**/node_modules/**', ...exclude], ...options } };
}

export default defineConfig({
  resolve: { alias: [{ find: /^@\//, replacement: root }] },
  test: {
    pool: 'threads',
    maxWorkers: 2,
    // What is polled comes at once on an idle machine, and seconds later on a busy one.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      // Files share what they import, which is more than half of their time; those that put a module in another's place have their own.
      project('unit', [`${places}/**/*.test.{ts,tsx}`], ['**/*.contract.test.ts', '**/*.verify.test.ts', mocking], {
        testTimeout: 20_000,
        hookTimeout: 20_000,
        fileParallelism: true,
        isolate: false,
      }),
      project('unit-mocking', [`${places}/${mocking}`], [], { testTimeout: 20_000, hookTimeout: 20_000, fileParallelism: true }),
      // Against outside programs and whole meshes: one file at a time, so that they do not share two cores.
      project('contract', [`${places}/**/*.contract.test.ts`, `${tasks}/**/*.contract.test.ts`], [], {
        testTimeout: 120_000,
        // A whole mesh starts in a hook.
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      // Whole matrices, crash rounds, long properties.
      project('verify', [`${places}/**/*.verify.test.ts`, `${tasks}/**/*.verify.test.ts`], [], {
        testTimeout: 600_000,
        hookTimeout: 240_000,
        fileParallelism: false,
      }),
    ],
  },
});
