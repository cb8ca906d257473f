// The door of every npm script: makes the checkout ready with nothing but Node's own modules (Node ≥ 20), then hands over to the
// pinned Node. `node scripts/bootstrap.mjs demo|test|check|contract|e2e|verify|bench|peers|build|dev …args`
import { BootstrapError } from './bootstrap/report-progress.mjs';
import { runTask, taskNames } from './bootstrap/run-task.mjs';

const [task, ...args] = process.argv.slice(2);
if (!task || !taskNames.includes(task)) {
  process.stderr.write(`usage: node scripts/bootstrap.mjs ${taskNames.join('|')} [arguments]\n`);
  process.exit(2);
}
try {
  process.exitCode = await runTask(task, args);
} catch (error) {
  process.stderr.write(error instanceof BootstrapError ? `\n${error.message}\n` : `\n${error.stack}\n`);
  process.exitCode = 1;
}
