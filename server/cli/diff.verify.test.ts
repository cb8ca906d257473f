import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject, BehaviourChange, ChangeResponse, ConvergenceResponse, PreviewResponse } from '@/lib/contract';
import { bundlePath } from './find-root';
import type { RunFile } from './run-file';
import { deny, draftCases, subsets } from './testdata/draft-cases';
import type { DraftCase } from './testdata/draft-cases';

/** What the diff says before a change, against what metrics count after it. */
const drafts = Number(process.env['HEDDLE_DRAFTS'] ?? 100);
const seed = Number(process.env['HEDDLE_SEED'] ?? 7);
const measureSeconds = 6;
/** Quantile of the normal distribution for a two-sided 99.99 % interval. */
const z = 3.891;
/** Traces that stand behind a share by a traced header, at least. */
const leastTraced = 200;

const dataDir = mkdtempSync(join(tmpdir(), 'heddle-diff-'));
let demo: ChildProcess | undefined;
let run: RunFile;

beforeAll(async () => {
  const given = process.env['HEDDLE_E2E_RUN'];
  const runFile = given ?? join(dataDir, 'run.json');
  if (given === undefined) {
    demo = spawn(process.execPath, [bundlePath('heddle'), 'demo', '--data-dir', dataDir, '--port', '0', '--rps', '80'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    for (let waited = 0; !existsSync(runFile); waited += 200) {
      if (waited > 120_000 || demo.exitCode !== null) throw new Error('The demo did not come up.');
      await sleep(200);
    }
  }
  run = JSON.parse(readFileSync(runFile, 'utf8')) as RunFile;
}, 180_000);

afterAll(async () => {
  const child = demo;
  if (child !== undefined && child.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(dataDir, { recursive: true, force: true });
});

// The caller says what it expects, as a page does.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
async function api<Body>(path: string, body?: unknown): Promise<Body> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${run.console}/api/v1/${path}`, body === undefined ? {} : post);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}

interface Draft {
  objects: AnyObject[];
  deletes: { group: string; version: string; kind: string; namespace: string; name: string }[];
}

/** The case on top of what is there, with the versions that are there. */
async function draftOf(wanted: Pick<DraftCase, 'objects' | 'denies'>): Promise<Draft> {
  const current = async (object: AnyObject): Promise<string | undefined> => {
    const group = object.apiVersion.split('/')[0] ?? '';
    const url = `${run.console}/api/v1/objects/${group}/${object.kind}/default/${object.metadata.name}`;
    const response = await fetch(url);
    return response.status === 404 ? undefined : ((await response.json()) as { object: AnyObject }).object.metadata.resourceVersion;
  };
  const versioned = async (object: AnyObject): Promise<AnyObject> => {
    const resourceVersion = await current(object);
    return { ...object, metadata: { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
  };
  const objects = wanted.denies === null ? wanted.objects : [...wanted.objects, wanted.denies];
  const isDenied = (await current(deny)) !== undefined;
  const ref = { group: 'security.istio.io', version: 'v1', kind: 'AuthorizationPolicy', namespace: 'default', name: deny.metadata.name };
  return { objects: await Promise.all(objects.map(versioned)), deletes: wanted.denies === null && isDenied ? [ref] : [] };
}

async function applyAndSettle(draft: Draft): Promise<void> {
  const { change } = await api<ChangeResponse>('changes', { ...draft, takeOver: true, reason: 'comparison of diff and metrics' });
  for (let waited = 0; waited < 20_000; waited += 200) {
    const { proxies } = await api<ConvergenceResponse>(`changes/${change.id}/convergence`);
    if (proxies.total > 0 && proxies.have === proxies.total) break;
    await sleep(200);
  }
  // A scrape later, what is counted from here on met the new configuration.
  await sleep(2500);
}

/** Requests so far by edge (`from to`) and by where they ended, in the words of the diff. */
type Counts = Map<string, Map<string, number>>;

/** Of requests that reached no endpoint a proxy may only know the Envoy cluster, `outbound|9080||reviews.default.svc.cluster.local`. */
function edgeOf(metric: Record<string, string>): string {
  const name = metric['destination_service_name'] ?? '';
  const service = name.split('|')[3]?.split('.')[0] ?? name;
  return `default/${metric['source_workload']} default/${service}`;
}

async function countRequests(): Promise<Counts> {
  const query =
    'sum by (source_workload, destination_service_name, destination_canonical_revision, response_code, response_flags) (istio_requests_total{reporter="source"})';
  const response = await fetch(`${run.prometheus}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) });
  const { data } = (await response.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
  const counts: Counts = new Map();
  for (const { metric, value } of data.result) {
    const edge = edgeOf(metric);
    const code = metric['response_code'] ?? '0';
    const isFault = (metric['response_flags'] ?? '').split(',').includes('FI');
    const ended = isFault
      ? `${code} (fault)`
      : Number(code) >= 400 || code === '0'
        ? code
        : (metric['destination_canonical_revision'] ?? '');
    const known = counts.get(edge) ?? new Map<string, number>();
    counts.set(edge, known.set(ended, (known.get(ended) ?? 0) + Number(value[1])));
  }
  return counts;
}

function since(before: Counts, after: Counts): Counts {
  return new Map(
    [...after].map(([edge, counts]) => {
      const grown = [...counts].map(([ended, count]) => [ended, count - (before.get(edge)?.get(ended) ?? 0)] as const);
      return [edge, new Map(grown.filter(([, count]) => count > 0.5))];
    }),
  );
}

type Shares = Map<string, number>;

/** Shares of an edge after the change: those of its listed kinds by their rates, the rest as before. */
function foretell(changes: readonly BehaviourChange[], rate: number, before: Shares | undefined): Shares | null {
  const listed = changes.reduce((sum, one) => sum + (one.rps ?? 0), 0);
  const rest = Math.max(0, 1 - listed / Math.max(rate, listed));
  const shares: Shares = new Map();
  for (const change of changes) {
    for (const { destination, share } of change.after) {
      shares.set(destination, (shares.get(destination) ?? 0) + share * ((change.rps ?? 0) / listed) * (rest < 0.05 ? 1 : 1 - rest));
    }
  }
  if (rest < 0.05) return shares;
  if (before === undefined) return null;
  for (const [destination, share] of before) shares.set(destination, (shares.get(destination) ?? 0) + share * rest);
  return shares;
}

function disagreements(edge: string, wanted: Shares, seen: ReadonlyMap<string, number>, sampled: boolean): string[] {
  const total = [...seen.values()].reduce((sum, one) => sum + one, 0);
  if (total === 0) return [];
  return [...new Set([...wanted.keys(), ...seen.keys()])].flatMap((ended) => {
    const asked = wanted.get(ended) ?? 0;
    const share = (seen.get(ended) ?? 0) / total;
    const trials = sampled ? 1 / (1 / total + 1 / leastTraced) : total;
    // Wilson's interval around what was seen holds what was foretold.
    const centre = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
    const spread = (z / (1 + (z * z) / trials)) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
    const agrees = asked >= centre - spread - 1e-9 && asked <= centre + spread + 1e-9;
    return agrees ? [] : [`${edge} ${ended}: foretold ${asked.toFixed(3)}, seen ${share.toFixed(3)} of ${Math.round(total)}`];
  });
}

describe('the diff against the mesh', () => {
  it(`agrees with metrics for ${drafts} drafts`, { timeout: drafts * 40_000 + 60_000 }, async () => {
    const cases = draftCases(drafts, seed);
    await applyAndSettle(await draftOf({ objects: [subsets], denies: null }));
    await sleep(5000);
    let known = new Map<string, Shares>();
    let wasByHeader = false;
    let judged = 0;
    const failures: string[] = [];
    for (const one of cases) {
      const draft = await draftOf(one);
      const preview = await api<PreviewResponse>('preview', draft);
      const rates = since(new Map(), await ratesNow());
      await applyAndSettle(draft);
      const start = await countRequests();
      await sleep(measureSeconds * 1000);
      const seen = since(start, await countRequests());
      const next = new Map<string, Shares>();
      const edges = Map.groupBy(preview.changes, (change) => `${change.from} ${change.to}`);
      for (const [edge, before] of known) if (!edges.has(edge)) next.set(edge, before);
      for (const [edge, changes] of edges) {
        const rate = [...(rates.get(edge)?.values() ?? [])].reduce((sum, rps) => sum + rps, 0) / rateScale;
        const wanted = foretell(changes, rate, wasByHeader ? undefined : known.get(edge));
        if (wanted !== null) next.set(edge, wanted);
      }
      for (const [edge, wanted] of next) {
        const sampled = one.byHeader || wasByHeader;
        const wrong = disagreements(edge, wanted, seen.get(edge) ?? new Map(), sampled);
        judged += 1;
        failures.push(...wrong.map((text) => `draft ${one.title} (${preview.changes.length} changes): ${text}`));
      }
      known = next;
      wasByHeader = one.byHeader;
    }
    process.stdout.write(`${drafts} drafts, ${judged} edges judged, ${failures.length} disagreements\n${failures.join('\n')}\n`);
    expect(failures).toEqual([]);
    expect(judged).toBeGreaterThan(drafts);
  });
});

/** Rates are told apart from "none" by counting them in thousandths. */
const rateScale = 1000;

async function ratesNow(): Promise<Counts> {
  const query = `${rateScale} * sum by (source_workload, destination_service_name) (rate(istio_requests_total{reporter="source"}[60s]))`;
  const response = await fetch(`${run.prometheus}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) });
  const { data } = (await response.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
  const rates: Counts = new Map();
  for (const { metric, value } of data.result) {
    const edge = edgeOf(metric);
    rates.set(edge, new Map([['all', (rates.get(edge)?.get('all') ?? 0) + Number(value[1])]]));
  }
  return rates;
}
