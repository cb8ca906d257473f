import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { finding as findingSchema } from '@/lib/contract';
import { createKubeClient, loadKubeConfig, resources } from '@/server/kube';
import type { AnyKubeObject } from '@/server/kube';
import { startApiServer } from '@/server/mesh/apiserver';
import type { PlacedFinding } from './validate-files';
import { validateCommand } from './validate-command';

const folder = mkdtempSync(join(tmpdir(), 'heddle-validate-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

async function run(...words: string[]): Promise<{ text: string; code: unknown; complaints: string }> {
  const written: string[] = [];
  const complained: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const complain = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complained.push(String(text));
    return true;
  });
  try {
    await validateCommand().parseAsync(words, { from: 'user' });
  } finally {
    write.mockRestore();
    complain.mockRestore();
  }
  return { text: written.join(''), code: process.exitCode, complaints: complained.join('') };
}

/** Runs with a text as the standard input. */
async function runWith(input: string, ...words: string[]): ReturnType<typeof run> {
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([Buffer.from(input)]) as unknown as typeof process.stdin);
  try {
    return await run(...words);
  } finally {
    stdin.mockRestore();
  }
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const service =
  'apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}\n';
const route = (host: string) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
    - route: [{destination: {host: ${host}}}]   # who answers
`;

describe('heddle validate', () => {
  it('is silent and ends with 0 when nothing is wrong', async () => {
    const { text, code } = await run('-f', file('good.yaml', `${service}---\n${route('reviews')}`));
    expect(text).toBe('nothing found in 2 objects\n');
    expect(code).toBe(0);
  });

  it('names file, line, codes, object and path, and ends with 1', async () => {
    const path = file('bad.yaml', `${service}---\n${route('revievs')}`);
    const { text, code } = await run('-f', path);
    expect(text).toContain(`${path}:12:`);
    expect(text).toMatch(
      /error HED0101 \(IST0101, KIA1101\) VirtualService default\/reviews: There is no service "revievs" in namespace default; did you mean "reviews"\?/,
    );
    expect(code).toBe(1);
  });

  it('has the JSON of the contract', async () => {
    const { text } = await run('-f', file('json.yaml', `${service}---\n${route('revievs')}`), '-o', 'json');
    const [first, ...others] = JSON.parse(text) as PlacedFinding[];
    expect(others).toEqual([]);
    expect(findingSchema.parse(first)).toMatchObject({
      code: 'HED0101',
      severity: 'error',
      kind: 'VirtualService',
      namespace: 'default',
      name: 'reviews',
      path: 'spec.http[0].route[0].destination.host',
      line: 12,
      related: [],
      istio: 'IST0101',
      kiali: 'KIA1101',
      fix: [{ op: 'replace', path: '/spec/http/0/route/0/destination/host', value: 'reviews' }],
    });
  });

  it('mends in place with --fix, leaving comments alone', async () => {
    const path = file('fix.yaml', `${service}---\n${route('revievs')}`);
    const { text, code } = await run('-f', path, '--fix');
    expect(text).toBe('1 mended; nothing found in 2 objects\n');
    expect(readFileSync(path, 'utf8')).toBe(`${service}---\n${route('reviews')}`);
    expect(code).toBe(0);
  });

  it('reads the standard input, and Lists', async () => {
    const { text, code } = await runWith(`${service}---\n${route('revievs')}`, '-f', '-');
    expect(text).toMatch(/^-:12:\d+: error HED0101 /);
    expect(code).toBe(1);
    const items = [service, route('revievs')].map((one) => parse(one) as unknown);
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2);
    const found = JSON.parse((await runWith(list, '-f', '-', '-o', 'json')).text) as PlacedFinding[];
    expect(found).toMatchObject([{ code: 'HED0101', name: 'reviews', path: 'spec.http[0].route[0].destination.host' }]);
    expect(list.split('\n')[(found[0]?.line ?? 0) - 1]).toContain('"host": "revievs"');
  });

  it('prints the mended standard input, and what is said of it beside', async () => {
    const { text, code, complaints } = await runWith(`${service}---\n${route('revievs')}`, '-f', '-', '--fix');
    expect(text).toBe(`${service}---\n${route('reviews')}`);
    expect(complaints).toBe('1 mended; nothing found in 2 objects\n');
    expect(code).toBe(0);
    // What cannot be mended goes through as it is.
    const strange = `# mine\n${service}---\n${route('elsewhere')}`;
    const lost = await runWith(strange, '-f', '-', '--fix', '-o', 'json');
    expect(lost.text).toBe(strange);
    expect(JSON.parse(lost.complaints)).toMatchObject([{ code: 'HED0101' }]);
    expect(lost.code).toBe(1);
  });

  it('judges beside what a cluster has, and the cluster alone', async () => {
    const dataDir = join(folder, 'cluster');
    const server = await startApiServer({ dataDir, port: 0 });
    const client = createKubeClient(await loadKubeConfig({ file: server.kubeconfigPath }));
    try {
      const path = file('beside.yaml', route('reviews'));
      expect((await run('-f', path, '--kubeconfig', server.kubeconfigPath)).text).toContain('There is no service "reviews"');
      const stored = parse(service) as AnyKubeObject;
      await client.create(resources.services, { ...stored, metadata: { ...stored.metadata, namespace: 'default' } });
      expect(await run('-f', path, '--kubeconfig', server.kubeconfigPath)).toMatchObject({ text: 'nothing found in 1 object\n', code: 0 });
      const alone = await run('--kubeconfig', server.kubeconfigPath, '-o', 'json');
      // A hint, which is no error.
      expect(JSON.parse(alone.text)).toMatchObject([{ code: 'HED0252', severity: 'info', name: 'reviews', line: null }]);
      expect(alone.code).toBe(0);
      // As if the cluster were another one of the mesh: there the port speaks HTTP.
      const differing = file('differing.yaml', service.replace('name: http', 'name: tcp'));
      const compared = await run('-f', differing, '--remote', `west=${server.kubeconfigPath}`);
      expect(compared.text).toContain('HED0170');
      expect(compared.text).toContain('In cluster west port 9080 speaks HTTP, here TCP');
      expect((await run('-f', file('same.yaml', service), '--remote', `west=${server.kubeconfigPath}`)).text).not.toContain('HED0170');
      expect(await run('-f', differing, '--remote', 'west')).toMatchObject({
        code: 2,
        complaints: expect.stringContaining('name=file') as string,
      });
    } finally {
      client.close();
      await server.stop();
    }
    expect((await run('--kubeconfig', server.kubeconfigPath)).code).toBe(2);
  });

  it('reports unreadable YAML with its line, and judges the other documents', async () => {
    const { text, code } = await run('-f', file('broken.yaml', `${route('reviews')}---\nkind: Service\n metadata: {}\n`), '-o', 'json');
    expect(JSON.parse(text)).toEqual([
      expect.objectContaining({ code: 'HED0001', severity: 'error', line: expect.any(Number) as unknown }),
    ]);
    expect(code).toBe(1);
  });

  it('looks into directories below only when told', async () => {
    mkdirSync(join(folder, 'tree/below'), { recursive: true });
    file('tree/service.yaml', service);
    file('tree/below/route.yaml', route('revievs'));
    expect((await run('-f', join(folder, 'tree'))).text).toBe('nothing found in 1 object\n');
    expect((await run('-f', join(folder, 'tree'), '--recursive')).text).toContain('HED0101');
  });

  it('writes SARIF and JUnit', async () => {
    const path = file('formats.yaml', `${service}---\n${route('revievs')}`);
    const sarif = JSON.parse((await run('-f', path, '-o', 'sarif')).text) as {
      version: string;
      runs: { results: unknown[]; tool: { driver: { rules: { helpUri: string }[] } } }[];
    };
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.runs[0]?.results).toEqual([
      expect.objectContaining({
        ruleId: 'HED0101',
        level: 'error',
        locations: [
          expect.objectContaining({
            physicalLocation: { artifactLocation: { uri: path }, region: { startLine: 12, startColumn: expect.any(Number) as unknown } },
          }),
        ],
      }),
    ]);
    expect(sarif.runs[0]?.tool.driver.rules[0]?.helpUri).toBe('docs/findings/HED0101.md');
    const junit = (await run('-f', path, '-o', 'junit')).text;
    expect(junit).toContain('<testsuite name="heddle validate" tests="2" failures="1">');
    expect(junit).toContain('<failure type="HED0101" message="There is no service &quot;revievs&quot;');
  });

  it('ends with 2 when it is called wrongly', async () => {
    expect((await run('-f', join(folder, 'nowhere.yaml'))).code).toBe(2);
    expect((await run()).code).toBe(2);
  });
});
