import { spawnSync } from 'node:child_process';

let prefix: readonly string[] | undefined;

/**
 * A command line under which a program that knows nothing of us ends when this process does: Linux sends it SIGKILL (setpriv of
 * util-linux sets that up). Where setpriv is missing the program runs as it is, and the next start ends what was left.
 */
export function dieWithParent(program: string, ...args: string[]): [string, ...string[]] {
  prefix ??=
    spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0 ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
  const [first, ...rest] = [...prefix, program, ...args];
  return [first ?? program, ...rest];
}
