import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Pod } from '@/lib/model';
import { bootMesh } from './support/boot-mesh';
import type { TaskMesh } from './support/boot-mesh';
import { Bookinfo, bookinfo } from './support/bookinfo';
import { eventually } from './support/eventually';
import { bundle, describeTask } from './support/peers';

const scrapeSeconds = 2;
const windowSeconds = 20;
const requestsPerSecond = 40;

interface Graph {
  nodes: { id: string; kind: string }[];
  edges: { source: string; target: string; protocol: string; rps: number | null }[];
  notices: { message: string }[];
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A configuration of Prometheus with one static target per sidecar, labelled as its Kubernetes discovery would label it. */
function prometheusConfig(pods: readonly Pod[]): string {
  return stringify({
    global: { scrape_interval: `${scrapeSeconds}s` },
    scrape_configs: [
      {
        job_name: 'kubernetes-pods',
        metrics_path: '/stats/prometheus',
        static_configs: pods.map((pod) => ({
          targets: [`${pod.status?.podIP}:15020`],
          labels: { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name },
        })),
      },
    ],
  });
}

describeTask(
  "Debian's Prometheus",
  () => {
    let mesh: TaskMesh;
    const children: ChildProcess[] = [];

    async function startPrometheus(): Promise<string> {
      const { items } = await mesh.kubectl.json<{ items: Pod[] }>(['get', 'pods', '-A']);
      const scraped = items.filter(({ metadata }) => metadata.annotations?.['prometheus.io/scrape'] === 'true');
      const config = join(mesh.dataDir, 'prometheus.yml');
      writeFileSync(config, prometheusConfig(scraped));
      const port = await freePort();
      const storage = join(mesh.dataDir, 'prometheus');
      mkdirSync(storage);
      children.push(
        spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${storage}`, `--web.listen-address=127.0.0.1:${port}`], {
          stdio: 'ignore',
        }),
      );
      const url = `http://127.0.0.1:${port}`;
      await eventually('Prometheus', async () => (await fetch(`${url}/-/ready`)).ok);
      return url;
    }

    async function startConsole(name: string, prometheus: string): Promise<string> {
      const dataDir = join(mesh.dataDir, `console-${name}`);
      mkdirSync(dataDir);
      const { kubeconfig, jaeger } = mesh.addresses;
      const options = ['--kubeconfig', kubeconfig, '--prometheus', prometheus, '--traces', jaeger, '--data-dir', dataDir, '--port', '0'];
      const child = spawn(process.execPath, [bundle('heddle'), 'console', ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
      children.push(child);
      const url = await new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stdout }).on('line', (line) => {
          if (line.startsWith('{')) resolve((JSON.parse(line) as { console: string }).console);
        });
        child.once('close', (code) => reject(new Error(`heddle console ended with ${code}`)));
      });
      await eventually('the console', async () => (await fetch(`${url}/healthz`)).ok);
      return url;
    }

    beforeAll(async () => {
      mesh = await bootMesh();
      await mesh.apply(bookinfo);
    }, 90_000);
    afterAll(async () => {
      for (const child of children) child.kill();
      await mesh?.stop();
    });

    it('that scrapes the sidecars gives the console the same graph as the bundled one', async () => {
      const prometheus = await startPrometheus();
      const consoles = await Promise.all([startConsole('bundled', mesh.addresses.prometheus), startConsole('debian', prometheus)]);
      const shop = await Bookinfo.open(mesh);
      const stopping = new AbortController();
      const visits: Promise<unknown>[] = [];
      const load = (async () => {
        for (let due = performance.now(); !stopping.signal.aborted; due += 1000 / requestsPerSecond) {
          await pause(Math.max(0, due - performance.now()));
          visits.push(shop.page());
        }
      })();
      // The window is full of steady traffic on both sides, with room for the first scrapes.
      await pause((windowSeconds + 4 * scrapeSeconds) * 1000);
      const at = new Date(Date.now() - scrapeSeconds * 1000).toISOString();
      const read = async (url: string) =>
        (await (await fetch(`${url}/api/v1/graph?namespaces=default,istio-system&duration=${windowSeconds}s&at=${at}`)).json()) as Graph;
      const [bundled, debian] = await Promise.all([read(consoles[0]), read(consoles[1])]);
      stopping.abort();
      await load;
      await Promise.all(visits);

      const ids = ({ nodes }: Graph) => nodes.map(({ id }) => id).sort();
      const rates = ({ edges }: Graph) => new Map(edges.map((edge) => [`${edge.protocol} ${edge.source} → ${edge.target}`, edge.rps]));
      const [ours, theirs] = [rates(bundled), rates(debian)];
      expect(ids(debian)).toEqual(ids(bundled));
      expect([...theirs.keys()].sort()).toEqual([...ours.keys()].sort());
      // gateway → productpage → details, three reviews → ratings (two of them)
      expect(ours.size).toBeGreaterThanOrEqual(7);
      for (const [edge, rps] of ours) {
        expect(rps, edge).toBeGreaterThan(0);
        expect(Math.abs((theirs.get(edge) ?? 0) / (rps ?? 0) - 1), `${edge}: ${theirs.get(edge)} and ${rps}`).toBeLessThan(0.1);
      }
    });
  },
  ['prometheus'],
);
