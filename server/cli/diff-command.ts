import { Command, Option } from 'commander';
import { url } from './parse-options';
import { reportFailure } from './report-failure';

interface DiffOptions {
  filename: string[];
  kubeconfig?: string;
  context?: string;
  prometheus?: string;
  traces?: string;
  output: 'text' | 'json';
}

/** Not 1: a check that could not be made is no answer to what it was asked. */
const exitFailed = 2;

/** `heddle diff`: what manifests would change for the requests of the last hour (CONTRACTS §4). Exit 1: some that work now would fail; 2: that could not be found out. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('say what a change does to the requests of the last hour; exit 1 when some that work now would fail')
    .requiredOption(
      '-f, --filename <file-or-directory...>',
      'the changed objects, as kubectl apply would get them; - is the standard input',
    )
    .option('--kubeconfig <file>', 'access to the cluster (default: a running demo, then KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'a context of it other than the current one')
    .option('--prometheus <url>', 'Prometheus API with the metrics of the mesh', url)
    .option('--traces <url>', 'trace store: Jaeger, Tempo or Zipkin', url)
    .addOption(new Option('-o, --output <format>', 'how to print the result').choices(['text', 'json']).default('text'))
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitFailed))
    .action(async (options: DiffOptions) => {
      const { runDiff } = await import('./run-diff');
      try {
        process.exitCode = await runDiff(options);
      } catch (error) {
        reportFailure(error);
        process.exitCode = exitFailed;
      }
    });
}
