#!/usr/bin/env node
// The `heddle` command in a checkout: makes it ready like every npm script, then runs the command line on the pinned Node.
import { BootstrapError } from './bootstrap/report-progress.mjs';
import { runHeddle } from './bootstrap/run-task.mjs';

try {
  process.exitCode = await runHeddle(process.argv.slice(2));
} catch (error) {
  process.stderr.write(error instanceof BootstrapError ? `\n${error.message}\n` : `\n${error.stack}\n`);
  process.exitCode = 1;
}
