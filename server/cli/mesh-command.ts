import { Command, Option } from 'commander';
import { port, rate } from './parse-options';
import type { MeshOptions } from './run-mesh';

/** `heddle mesh`: the bundled mesh in one process. */
export function meshCommand(): Command {
  const command = new Command('mesh')
    .description('run the bundled mesh: Kubernetes API, control plane, CA, metrics, traces, kubelet')
    .option('--data-dir <dir>', 'where everything is kept', '.heddle')
    .addOption(
      new Option('--proxy <kind>', 'what runs as sidecar and gateway of pods that do not say')
        .choices(['heddle', 'envoy'])
        .default('heddle'),
    )
    .option('--scrape-interval <seconds>', 'how often metrics are collected', rate, 2)
    .addHelpText(
      'after',
      '\nAll ports are on 127.0.0.1. One that is taken is replaced by a free one; the line {"event":"ready", …} on standard output ' +
        'names the addresses in use.',
    );
  const ports: [string, string, number][] = [
    ['kubernetes', 'Kubernetes API (TLS)', 6443],
    ['xds', 'ADS, plaintext, no secrets', 15_010],
    ['xds-tls', 'ADS and certificate authority, TLS', 15_012],
    ['debug', 'debug pages and metrics of the control plane', 15_014],
    ['prometheus', 'Prometheus API', 9090],
    ['jaeger', 'Jaeger query API', 16_686],
    ['otlp', 'OTLP/HTTP ingest', 4318],
    ['zipkin', 'Zipkin ingest', 9411],
  ];
  for (const [name, what, number] of ports) command.option(`--${name}-port <n>`, what, port, number);
  return command.action(async (options: MeshOptions) => {
    const { runMesh } = await import('./run-mesh');
    await runMesh(options);
  });
}
