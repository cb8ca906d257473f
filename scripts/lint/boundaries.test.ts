import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** Every wall of the house, in each direction: a file, what it imports, and a word of the refusal (or `allowed`). */
const planted: [from: string, imports: string, says: string][] = [
  ['lib/routing/a.ts', '@/server/kube', 'lib is pure'],
  ['lib/routing/b.ts', '../../server/kube', 'lib is pure'],
  ['lib/routing/c.ts', '@/components/ui/button', 'lib is pure'],
  ['lib/routing/d.ts', 'node:fs', 'outside Node'],
  ['lib/routing/e.ts', '@/lib/simulate', 'rooms below it'],
  ['lib/pilot/f.ts', '@/lib/routing', 'rooms below it'],
  ['lib/simulate/g.ts', '@/lib/routing/decide', 'Use the door'],
  ['lib/simulate/h.ts', '@/lib/routing', 'allowed'],
  ['components/graph/a.tsx', '@/server/console', 'may not import'],
  ['components/graph/b.tsx', '../../server/console', 'may not import'],
  ['components/graph/c.tsx', '@/components/traces/trace-list', 'may not import'],
  ['components/graph/d.tsx', 'node:fs', 'outside Node'],
  ['components/graph/e.tsx', '@/components/ui/button', 'allowed'],
  ['components/graph/f.tsx', '@/app/page', 'may not import'],
  ['components/ui/a.tsx', '@/components/data/use-graph', 'may not import'],
  ['app/graph/page.tsx', '@/server/console', 'may not import'],
  ['app/api/v1/graph/route.ts', '@/server/console', 'allowed'],
  ['app/api/v1/graph/other.ts', '@/server/sources', 'may not import'],
  ['app/api/v1/graph/third.ts', '@/components/ui/button', 'may not import'],
  ['server/console/a.ts', '@/server/mesh/pilot', 'may not import'],
  ['server/console/b.ts', '../mesh/pilot', 'may not import'],
  ['server/console/c.ts', '@/app/page', 'may not import'],
  ['server/console/d.ts', '@/server/sources', 'allowed'],
  ['server/mesh/pilot/a.ts', '@/server/console', 'may not import'],
  ['server/mesh/pilot/b.ts', '@/server/mesh/citadel', 'may not import'],
  ['server/mesh/pilot/c.ts', '../citadel', 'may not import'],
  ['server/mesh/pilot/d.ts', '@/server/kube', 'allowed'],
  ['server/mesh/pilot/e.ts', '@/server/sources', 'may not import'],
  ['server/sources/a.ts', '@/server/console', 'may not import'],
  ['server/kube/a.ts', '@/server/sources', 'may not import'],
  ['server/cli/a.ts', '@/server/mesh/proxy/http1/parse-head', 'Use the door'],
  ['server/cli/b.ts', '@/server/mesh/proxy', 'allowed'],
  ['e2e/a.ts', '@/server/console', 'may not import'],
];

let tree: string;
let output: Record<string, string[]>;

beforeAll(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'heddle-walls-'));
  for (const [from, imports] of planted) {
    mkdirSync(path.join(tree, path.dirname(from)), { recursive: true });
    writeFileSync(path.join(tree, from), `import { planted } from '${imports}';\n\nexport const used = planted;\n`);
  }
  writeFileSync(path.join(tree, 'lib/routing/clock.ts'), 'export const a = [Date.now(), new Date(), new Date(0), Math.random()];\n');
  const config = JSON.parse(readFileSync(path.join(root, '.oxlintrc.json'), 'utf8')) as { jsPlugins: string[]; options?: object };
  config.jsPlugins = [path.join(root, 'scripts/lint/plugin.mjs')];
  delete config.options;
  writeFileSync(path.join(tree, '.oxlintrc.json'), JSON.stringify(config));
  const run = spawnSync(path.join(root, 'node_modules/.bin/oxlint'), ['-c', '.oxlintrc.json', '--format=json', '.'], {
    cwd: tree,
    env: { ...process.env, HEDDLE_LINT_ROOT: tree },
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: { filename: string; message: string; code: string }[] };
  output = {};
  for (const one of diagnostics) (output[one.filename] ??= []).push(`${one.code} ${one.message}`);
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('the walls between rooms', () => {
  it.each(planted)('%s importing %s: %s', (from, _imports, says) => {
    const refusals = (output[from] ?? []).filter((text) => text.includes('boundaries'));
    if (says === 'allowed') expect(refusals).toEqual([]);
    else expect(refusals.join('\n')).toContain(says);
  });

  it('refuses the clock and randomness in lib', () => {
    const found = (output['lib/routing/clock.ts'] ?? []).join('\n');
    expect(found.match(/no-clock/g)).toHaveLength(2);
    expect(found).toContain('no-restricted-properties');
  });
});
