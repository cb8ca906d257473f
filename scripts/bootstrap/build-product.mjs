// Builds what is stale: the bundles of the server programs (esbuild) and the console (next build, standalone).
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { hashInputs, isFresh, writeStamp } from './hash-inputs.mjs';
import { pinnedNode, projectEnvironment } from './pinned-node.mjs';
import { root, step } from './report-progress.mjs';
import { runQuietly } from './run-command.mjs';

/** Programs and worker threads of the mesh. Names become `dist/NAME.mjs`; each is one file, so that modules run in the order of the sources. */
const sharedEntries = {
  'metrics-worker': 'server/mesh/metrics/metrics-worker.ts',
  'tracing-worker': 'server/mesh/tracing/tracing-worker.ts',
};
/** Programs that run once per pod: one small file each, no packages of the control plane. */
const podEntries = { proxy: 'server/mesh/proxy/main.ts', workload: 'server/mesh/demo/main.ts' };

// CommonJS packages inside an ES module bundle still call require for Node's own modules.
const banner = "import { createRequire as heddleCreateRequire } from 'node:module'; const require = heddleCreateRequire(import.meta.url);";

// These read files beside themselves (protos, worker threads) or are large and seldom needed: they stay in node_modules.
const external = ['@grpc/grpc-js-xds', '@kubernetes/client-node', 'next', 'next/*', 'thread-stream'];

/**
 * The command line loads the code of a command when it runs (`await import('./run-mesh')`): each of those is a file of its own in
 * `dist/`, so that a small command does not carry the others in its memory. Their entries are added to `found`.
 */
function commandFiles(found) {
  return {
    name: 'command-files',
    setup(build) {
      build.onResolve({ filter: /^\.\// }, (args) => {
        if (args.kind !== 'dynamic-import' || !args.resolveDir.endsWith('server/cli')) return undefined;
        const name = args.path.slice(2);
        found[name] = `server/cli/${name}.ts`;
        return { path: `./${name}.mjs`, external: true };
      });
    },
  };
}

/**
 * One character outside ASCII doubles what the text of a bundle takes in memory. Strings are escaped by esbuild; what is left stands in
 * regular expressions, where the same escape means the same.
 */
function writeAsAscii(path) {
  const text = readFileSync(path, 'utf8');
  const ascii = text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (ascii !== text) writeFileSync(path, ascii);
}

/**
 * The project's modules do nothing when they are loaded but define things (the entries aside). Told so, esbuild leaves out what a program
 * does not use of a room whose door it knocks at, and the packages behind it.
 */
const definitionsOnly = {
  name: 'definitions-only',
  setup(build) {
    build.onResolve({ filter: /^(@\/|\.)/ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === definitionsOnly || /node_modules/.test(args.resolveDir)) return undefined;
      const { importer, resolveDir, kind, with: attributes } = args;
      const found = await build.resolve(path, { importer, resolveDir, kind, with: attributes, pluginData: definitionsOnly });
      return found.errors.length > 0 || found.external ? undefined : { path: found.path, namespace: found.namespace, sideEffects: false };
    });
  },
};

function present(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(root, path))));
}

/** Bundles server programs into `dist/` when a source of them changed. */
export async function buildBundles() {
  const entries = { heddle: '', ...present(sharedEntries), ...present(podEntries) };
  const outputs = Object.keys(entries).map((name) => `dist/${name}.mjs`);
  const hash = hashInputs(['server', 'lib', 'package-lock.json', 'scripts/bootstrap/build-product.mjs'], (name) =>
    name.startsWith('server/console/'),
  );
  if (isFresh('dist/.stamp', hash, outputs)) return;
  await step('bundle the server programs', async () => {
    const esbuild = createRequire(join(root, 'package.json'))('esbuild');
    const common = {
      absWorkingDir: root,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      outdir: 'dist',
      outExtension: { '.js': '.mjs' },
      banner: { js: banner },
      define: { 'process.env.NODE_ENV': '"production"' },
      logLevel: 'error',
      legalComments: 'none',
      // A process keeps the text of its bundle in memory.
      minifySyntax: true,
      minifyWhitespace: true,
      external,
      plugins: [definitionsOnly],
    };
    const commands = {};
    await esbuild.build({ ...common, entryPoints: { heddle: 'server/cli/main.ts' }, plugins: [commandFiles(commands), definitionsOnly] });
    await esbuild.build({ ...common, entryPoints: { ...commands, ...present(sharedEntries) } });
    await esbuild.build({ ...common, entryPoints: present(podEntries) });
    for (const name of Object.keys({ ...entries, ...commands })) writeAsAscii(join(root, 'dist', `${name}.mjs`));
  });
  writeStamp('dist/.stamp', hash);
}

const standalone = '.next/standalone';

/** Builds the console when a source of it changed. */
export async function buildConsole() {
  const hash = hashInputs(
    [
      'app',
      'components',
      'lib',
      'server',
      'public',
      'instrumentation.ts',
      'proxy.ts',
      'next.config.ts',
      'postcss.config.mjs',
      'tsconfig.json',
      'tsconfig.base.json',
      'package-lock.json',
    ],
    (name) => name.startsWith('server/mesh/') || name.startsWith('server/cli/'),
  );
  if (!existsSync(join(root, 'app'))) return;
  if (isFresh('.next/.heddle-stamp', hash, [`${standalone}/server.js`])) return;
  await step('build the console (next build)', async () => {
    rmSync(join(root, standalone), { recursive: true, force: true });
    await runQuietly(pinnedNode(), ['node_modules/next/dist/bin/next', 'build'], {
      env: projectEnvironment({ NODE_ENV: 'production' }),
    });
    // The standalone server serves static files from its own folder, and next build leaves copying them to us.
    mkdirSync(join(root, standalone, '.next'), { recursive: true });
    cpSync(join(root, '.next/static'), join(root, standalone, '.next/static'), { recursive: true });
    if (existsSync(join(root, 'public'))) cpSync(join(root, 'public'), join(root, standalone, 'public'), { recursive: true });
  });
  writeStamp('.next/.heddle-stamp', hash);
}
