// Which Node runs the product: the one that npm installed with the packages, else the running one if it is new enough.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BootstrapError, root } from './report-progress.mjs';

const oldestUsable = [22, 19];

/** The path of the Node to run. Throws with what to do when there is none. Call it after the packages are installed. */
export function pinnedNode() {
  const packaged = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(packaged)) return packaged;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestUsable[0] || (major === oldestUsable[0] && minor >= oldestUsable[1])) return process.execPath;
  throw new BootstrapError(
    `Heddle runs on Node ${oldestUsable.join('.')} or newer, and this is ${process.versions.node}.\n` +
      `On Linux (x64, arm64) npm installs a suitable one, unless optional packages are switched off: run "npm ci --include=optional".\n` +
      `Elsewhere install Node 24 and start again.`,
  );
}

/** The environment for programs of the project: our Node and the packages' programs first on the PATH. */
export function projectEnvironment(extra = {}) {
  const bin = join(root, 'node_modules/.bin');
  return { ...process.env, NEXT_TELEMETRY_DISABLED: '1', PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, ...extra };
}
