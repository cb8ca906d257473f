// Type-checks each place of execution with its own lib and types: `lib/` sees no Node and no DOM, `server/` no DOM.
import { spawnSync } from 'node:child_process';

const projects = ['lib/tsconfig.pure.json', 'server/tsconfig.json', 'tsconfig.json'];
let failed = false;
for (const project of projects) {
  const run = spawnSync('node_modules/.bin/tsc', ['-p', project, '--noEmit'], { stdio: 'inherit' });
  failed ||= run.status !== 0;
}
process.exit(failed ? 1 : 0);
