import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { bundlePath } from './find-root';

/** `heddle proxy FILE`: a sidecar or gateway by itself; `heddle proxy bootstrap`: what a stock Envoy needs to be one. */
export function proxyCommand(): Command {
  const command = new Command('proxy')
    .description('run a sidecar or gateway from its bootstrap file')
    .argument('<bootstrap>', 'bootstrap file (JSON)')
    .action((file: string) => {
      const child = spawn(process.execPath, ['--max-semi-space-size=4', bundlePath('proxy'), file], {
        stdio: ['pipe', 'inherit', 'inherit'],
      });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'));
      child.on('close', (code) => process.exit(code ?? 1));
    });
  return command;
}
