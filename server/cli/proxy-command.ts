import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { proxyNodeFlags } from '@/server/mesh/kubelet';
import { bundlePath } from './find-root';

/** `heddle proxy FILE`: a sidecar or gateway by itself; `heddle proxy bootstrap`: what a stock Envoy needs to be one. */
export function proxyCommand(): Command {
  const command = new Command('proxy').description('run a sidecar or gateway, or print what a stock Envoy needs to be one');
  command
    .command('run', { isDefault: true })
    .description('run a sidecar or gateway from its bootstrap file')
    .argument('<bootstrap>', 'bootstrap file (JSON); the kubelet writes one per pod')
    .action((file: string) => {
      const child = spawn(process.execPath, [...proxyNodeFlags, bundlePath('proxy'), file], {
        stdio: ['pipe', 'inherit', 'inherit'],
      });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'));
      child.on('close', (code) => process.exit(code ?? 1));
    });
  command
    .command('bootstrap')
    .description("print the bootstrap of a pod's proxy")
    .requiredOption('--pod <namespace/name>', 'the pod')
    .option('--envoy', 'for a stock Envoy that you start yourself; the pod wants the annotation heddle.dev/proxy: external')
    .option('--data-dir <dir>', 'data directory of the running mesh', '.heddle')
    .action(async (options: { pod: string; envoy?: boolean; dataDir: string }) => {
      const { printBootstrap } = await import('./print-bootstrap');
      await printBootstrap(options);
    });
  return command;
}
