/**
 * The program of every container that the bundled mesh has built in: `workload NAME [arguments]`. One bundle of its own, without
 * packages, since it runs once per pod. It ends when its standard input does: its parent holds the other end, so none is left over.
 */
import { startWorkload, workloadNames } from './start-workload';

const [name = '', ...args] = process.argv.slice(2);

if (process.env['HEDDLE_KEEP'] === undefined) {
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
}
try {
  await startWorkload(name, args);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${JSON.stringify({ level: 50, msg: `workload ${name}: ${message}`, known: workloadNames })}\n`);
  process.exit(1);
}
