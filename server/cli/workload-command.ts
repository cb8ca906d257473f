import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { bundlePath } from './find-root';

/** `heddle workload NAME`: one built-in workload by itself, as the kubelet runs it. */
export function workloadCommand(): Command {
  return new Command('workload')
    .description('run one built-in workload (productpage, httpbin, tcp-echo …)')
    .argument('<name>', 'its name')
    .argument('[arguments...]', 'its arguments')
    .addHelpText('after', '\nIt binds the address in POD_BIND_IP (default 127.0.0.1) and calls others through HTTP_PROXY.')
    .action((name: string, args: string[]) => {
      const child = spawn(process.execPath, [bundlePath('workload'), name, ...args], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, HEDDLE_KEEP: '1' },
      });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'));
      child.on('close', (code) => process.exit(code ?? 1));
    });
}
