/** The command line. Each command loads its code when it runs, so that `--help` and small commands start at once. */
import { Command } from 'commander';
import { consoleCommand } from './console-command';
import { demoCommand } from './demo-command';
import { loadCommand } from './load-command';
import { meshCommand } from './mesh-command';
import { proxyCommand } from './proxy-command';
import { reportFailure } from './report-failure';
import { workloadCommand } from './workload-command';

const program = new Command('heddle')
  .description('A console for service meshes, and a mesh to try it on.')
  .showHelpAfterError()
  .addCommand(demoCommand())
  .addCommand(consoleCommand())
  .addCommand(meshCommand())
  .addCommand(proxyCommand())
  .addCommand(workloadCommand())
  .addCommand(loadCommand());

try {
  await program.parseAsync();
} catch (error) {
  reportFailure(error);
  process.exit(1);
}
