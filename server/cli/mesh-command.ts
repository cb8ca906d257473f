import { Command, Option } from 'commander';
import { meshPorts } from './mesh-ports';
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
  for (const { flag, what, port: conventional } of meshPorts) command.option(`--${flag}-port <n>`, what, port, conventional);
  return command.action(async (options: MeshOptions) => {
    const { runMesh } = await import('./run-mesh');
    await runMesh(options);
  });
}
