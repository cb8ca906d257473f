import { Command, Option } from 'commander';

interface SimulateOptions {
  filename: string[];
  from: string;
  request: string;
  header: string[];
  output: 'text' | 'json';
}

/** `heddle simulate`: what a request would do, asked of manifests, without a mesh (CONTRACTS §4). */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('say what a request would do, from manifests alone')
    .requiredOption(
      '-f, --filename <file-or-directory...>',
      'manifests; a Deployment counts as its pods, injected; - is the standard input',
    )
    .requiredOption('--from <namespace/workload>', 'who sends the request')
    .requiredOption('--request <line>', "what is sent, as 'GET http://reviews:9080/reviews/1'")
    .option('--header <name: value>', 'a header of the request; may be given several times', collect, [])
    .addOption(new Option('-o, --output <format>', 'how to print the result').choices(['text', 'json']).default('text'))
    .action(async (options: SimulateOptions) => {
      const [{ parseRequest, simulate }, { readObjects }, { printSimulation }] = await Promise.all([
        import('@/lib/simulate'),
        import('./simulate-objects'),
        import('./simulate-text'),
      ]);
      const simulation = simulate({
        objects: readObjects(options.filename),
        from: options.from,
        request: parseRequest(options.request, options.header),
        nowMs: Date.now(),
      });
      process.stdout.write(options.output === 'json' ? `${JSON.stringify(simulation, null, 2)}\n` : printSimulation(simulation));
    });
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
