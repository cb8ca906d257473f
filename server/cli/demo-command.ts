import { Command, Option } from 'commander';
import { port, rate } from './parse-options';
import type { DemoOptions } from './run-demo';

/** `heddle demo`: everything at once. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the bundled mesh with Bookinfo, load on it, and the console')
    .option('--port <n>', 'port of the console', port, 20_001)
    .option('--data-dir <dir>', 'where everything is kept', '.heddle')
    .addOption(
      new Option('--proxy <kind>', 'what runs as sidecar and gateway of pods that do not say')
        .choices(['heddle', 'envoy'])
        .default('heddle'),
    )
    .option('--no-load', 'send no traffic')
    .option('--rps <n>', 'requests per second of the load', rate, 20)
    .option('--dev', 'console as a development server')
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('./run-demo');
      await runDemo(options);
    });
}
