import { Command, Option } from 'commander';
import { url } from './parse-options';

interface DiffOptions {
  filename: string[];
  kubeconfig?: string;
  context?: string;
  prometheus?: string;
  traces?: string;
  output: 'text' | 'json';
}

/** `heddle diff`: what manifests would change for the requests of the last hour (CONTRACTS §4). Exit 1: some that work now would fail. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('say what a change does to the requests of the last hour; exit 1 when some that work now would fail')
    .requiredOption('-f, --filename <file-or-directory...>', 'the changed objects, as kubectl apply would get them')
    .option('--kubeconfig <file>', 'access to the cluster (default: a running demo, then KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'a context of it other than the current one')
    .option('--prometheus <url>', 'Prometheus API with the metrics of the mesh', url)
    .option('--traces <url>', 'trace store: Jaeger, Tempo or Zipkin', url)
    .addOption(new Option('-o, --output <format>', 'how to print the result').choices(['text', 'json']).default('text'))
    .action(async (options: DiffOptions) => {
      const { runDiff } = await import('./run-diff');
      process.exitCode = await runDiff(options);
    });
}
