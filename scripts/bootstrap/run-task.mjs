// What each npm script does.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { buildBundles, buildConsole } from './build-product.mjs';
import { getPeers, peerEnvoy } from './get-peers.mjs';
import { installPackages } from './install-packages.mjs';
import { pinnedNode, projectEnvironment } from './pinned-node.mjs';
import { BootstrapError, root, step } from './report-progress.mjs';
import { runInForeground } from './run-command.mjs';
import { runSuites } from './run-suites.mjs';

/** Commands of the command line that start the console, and so need it built. */
const needConsole = new Set(['demo', 'console']);

async function prepare({ consoleToo }) {
  await installPackages();
  pinnedNode();
  await buildBundles();
  if (consoleToo) await buildConsole();
}

/** Runs the command line with what it needs built. The variable tells it to end when this process does. */
export async function runHeddle(args) {
  await prepare({ consoleToo: needConsole.has(args[0]) && !args.includes('--help') && !args.includes('--dev') });
  // The demo's supervisor only watches over the others.
  const flags = args[0] === 'demo' ? ['--max-semi-space-size=1'] : [];
  return runInForeground(pinnedNode(), [...flags, join(root, 'dist/heddle.mjs'), ...args], {
    cwd: process.cwd(),
    env: projectEnvironment({ HEDDLE_BOOTSTRAP_PID: String(process.pid) }),
  });
}

/** Benchmarks are programs in `bench/`; a name picks one (`npm run bench -- proxy`). */
async function runBenchmarks([name, ...args]) {
  await prepare({ consoleToo: false });
  const folder = join(root, 'bench');
  const all = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.bench.ts')) : [];
  const chosen = name ? all.filter((file) => file === `${name}.bench.ts`) : all;
  if (chosen.length === 0)
    throw new BootstrapError(`no such benchmark; there are: ${all.map((file) => file.slice(0, -9)).join(', ') || 'none'}`);
  let worst = 0;
  for (const file of chosen) worst = Math.max(worst, await runBundled(join('bench', file), args));
  return worst;
}

/** Bundles a TypeScript program of the project (a path from its root) and runs it. */
async function runBundled(file, args) {
  const outfile = join(root, 'dist', file.replace(/\.ts$/, '.mjs'));
  await step(`bundle ${basename(file)}`, async () => {
    await createRequire(join(root, 'package.json'))('esbuild').build({
      absWorkingDir: root,
      entryPoints: [file],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outfile,
      logLevel: 'error',
    });
  });
  const envoy = process.env.HEDDLE_ENVOY ?? peerEnvoy();
  return runInForeground(pinnedNode(), [outfile, ...args], { env: projectEnvironment(envoy ? { HEDDLE_ENVOY: envoy } : {}) });
}

const tasks = {
  demo: (args) => runHeddle(['demo', ...args]),
  dev: (args) => runHeddle(['demo', '--dev', ...args]),
  build: () => prepare({ consoleToo: true }).then(() => 0),
  bench: runBenchmarks,
  docs: () => installPackages().then(() => runBundled('scripts/generate-docs.ts', [])),
  peers: async () => {
    await installPackages();
    await getPeers();
    return 0;
  },
  check: (args) => installPackages().then(() => runSuites(['check'], args)),
  contract: (args) => prepare({ consoleToo: true }).then(() => runSuites(['contract'], args)),
  e2e: (args) => prepare({ consoleToo: true }).then(() => runSuites(['e2e'], args)),
  test: (args) => prepare({ consoleToo: true }).then(() => runSuites(['check', 'contract', 'e2e'], args)),
  verify: (args) => prepare({ consoleToo: true }).then(() => runSuites(['check', 'contract', 'verify', 'e2e'], args)),
};

export const taskNames = Object.keys(tasks);

/** Runs one task; returns the exit code. */
export function runTask(name, args) {
  return tasks[name](args);
}
