// Starts other programs: quietly with their output kept for the case of failure, or in the foreground with signals passed on.
import { spawn } from 'node:child_process';
import { BootstrapError, root } from './report-progress.mjs';

/**
 * Runs a program to its end. Rejects with the tail of its output when it fails, unless `allowFailure`.
 * @returns {Promise<{status: number, stdout: string, output: string}>} `output` is stdout and stderr as they came
 */
export function runQuietly(command, args, { cwd = root, env = process.env, allowFailure = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    child.stdout.on('data', (chunk) => ((stdout += chunk), (all += chunk)));
    child.stderr.on('data', (chunk) => (all += chunk));
    child.on('error', (error) => (allowFailure ? resolve({ status: 127, stdout, output: error.message }) : reject(error)));
    child.on('close', (status) => {
      if (allowFailure || status === 0) resolve({ status: status ?? 1, stdout, output: all });
      else reject(new BootstrapError(`${command} ${args.join(' ')} failed (exit ${status}):\n${ends(all)}`));
    });
  });
}

/** The last `count` lines of a text. */
export function tail(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Beginning and end of a long text: some programs say what is wrong first, others last. */
function ends(text) {
  const lines = text.trimEnd().split('\n');
  return lines.length <= 60 ? lines.join('\n') : [...lines.slice(0, 25), '…', ...lines.slice(-30)].join('\n');
}

/** npm passes no signal on: SIGTERM ends it and leaves what it runs behind. Started otherwise, a parent may go and mean nothing by it. */
const npm = process.env.npm_lifecycle_event === undefined ? null : process.ppid;
const parentLookMs = 500;

/**
 * Runs a program in the foreground until it ends; returns its exit code. SIGINT and SIGTERM are passed on and waited for:
 * a terminal sends SIGINT to both, another process may send SIGTERM to this one alone. The end of npm is taken for SIGTERM.
 */
export function runInForeground(command, args, { cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    const forward = (signal) => signal !== 'SIGINT' && child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const watch = setInterval(() => npm !== null && process.ppid !== npm && child.kill('SIGTERM'), parentLookMs);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(status ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
