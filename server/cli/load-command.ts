import { Command } from 'commander';
import { startLoad } from '@/server/mesh/demo';
import { endWithParent } from './end-with-parent';
import { rate, url } from './parse-options';

/** `heddle load`: steady traffic to a gateway, with its own percentiles as JSON lines. */
export function loadCommand(): Command {
  return new Command('load')
    .description('send a steady rate of requests and report percentiles, one JSON line per interval')
    .option('--target <url>', 'where to send them', url, 'http://127.0.0.1:8080')
    .option('--host <name>', "Host header instead of the target's own")
    .option('--path <path>', 'only this path, instead of what the personas visit')
    .option('--rps <n>', 'requests per second', rate, 20)
    .option('--report-every <seconds>', 'how often to report', rate, 5)
    .action((options: { target: string; host?: string; path?: string; rps: number; reportEvery: number }) => {
      const stop = startLoad({
        target: options.target,
        ...(options.host === undefined ? {} : { host: options.host }),
        ...(options.path === undefined ? {} : { path: options.path }),
        requestsPerSecond: options.rps,
        reportEveryMs: options.reportEvery * 1000,
        onReport: (report) => process.stdout.write(`${JSON.stringify(report)}\n`),
      });
      endWithParent(() => {
        stop();
        process.exit(0);
      });
    });
}
