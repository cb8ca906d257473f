/** The command line. Each command loads its code when it runs, so that `--help` and small commands start at once. */
import { Command } from 'commander';
import { consoleCommand } from './console-command';
import { demoCommand } from './demo-command';
import { loadCommand } from './load-command';
import { meshCommand } from './mesh-command';
import { proxyCommand } from './proxy-command';
import { reportFailure } from './report-failure';
import { workloadCommand } from './workload-command';

/** Commands that bring the compilers of the mesh with them: even their options are loaded only when they are asked for. */
const largeCommands: Record<string, { description: string; load: () => Promise<Command> }> = {
  diff: {
    description: 'say what a change does to the requests of the last hour',
    load: async () => (await import('./diff-command')).diffCommand(),
  },
  simulate: {
    description: 'say what a request will do, from manifests alone',
    load: async () => (await import('./simulate-command')).simulateCommand(),
  },
  validate: {
    description: 'say what is wrong with manifests, before or after they are applied',
    load: async () => (await import('./validate-command')).validateCommand(),
  },
};

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
  const named = process.argv.slice(2, 4).find((word) => word !== 'help') ?? '';
  for (const [name, { description, load }] of Object.entries(largeCommands)) {
    program.addCommand(name === named ? await load() : new Command(name).description(description));
  }
  await program.parseAsync();
} catch (error) {
  reportFailure(error);
  process.exit(1);
}
