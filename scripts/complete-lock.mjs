// Adds to package-lock.json the optional platform packages that the registry in use did not list when the lock was made
// (some mirrors carry only the platforms they serve): without them `npm ci` calls the lock out of sync. Run it after every `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'openharmony', 'win32', 'linux', 'sunos', 'aix', 'netbsd', 'openbsd'];
const processors = ['arm64', 'x64', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el', 'wasm32'];

/** Whether Node's resolution finds `name` from the package at `from`. */
function isLocked(from, name) {
  for (let base = from; ; base = base.includes('/node_modules/') ? base.slice(0, base.lastIndexOf('/node_modules/')) : '') {
    if (`${base === '' ? '' : `${base}/`}node_modules/${name}` in lock.packages) return true;
    if (base === '') return false;
  }
}

let added = 0;
for (const [key, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(key, name)) continue;
    const last = name.slice(name.lastIndexOf('/') + 1);
    const system = systems.find((one) => last.includes(one));
    const processor = /arm-|arm$/.test(last) ? 'arm' : processors.find((one) => last.includes(one));
    if (!system && !processor) throw new Error(`Cannot tell the platform of ${name}.`);
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[~^]/, ''),
      optional: true,
      ...(entry.dev ? { dev: true } : {}),
      ...(processor ? { cpu: [processor] } : {}),
      ...(system ? { os: [system] } : {}),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} optional platform packages added\n`);
