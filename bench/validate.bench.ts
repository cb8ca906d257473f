/**
 * Findings of a mesh of 10,000 objects: all of them from nothing, and after an edit of one object (`npm run bench -- validate`).
 * 1,000 services with a VirtualService, a DestinationRule, an AuthorizationPolicy and six pods each. Budgets: 1 s and 50 ms.
 */
import type { KubernetesResource } from '@/lib/model';
import { AdmissionRules, Validation } from '@/lib/validate';

const services = 1000;
const podsPerService = 6;
const servicesPerNamespace = 25;
const rounds = 5;
const edits = 200;
const budgets = { wholeMs: 1000, editMs: 50 };

function object(apiVersion: string, kind: string, namespace: string, name: string, rest: object): KubernetesResource {
  const labels = 'labels' in rest ? { labels: rest.labels as Record<string, string> } : {};
  return { apiVersion, kind, metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z', ...labels }, ...rest };
}

function routeOf(name: string, namespace: string, weight: number): KubernetesResource {
  const to = (subset: string, share: number) => ({ destination: { host: name, subset }, weight: share });
  return object('networking.istio.io/v1', 'VirtualService', namespace, name, {
    spec: {
      hosts: [name],
      http: [
        { match: [{ headers: { 'end-user': { exact: 'jason' } } }, { uri: { regex: '/api/v[0-9]+/test' } }], route: [to('v2', 100)] },
        {
          match: [{ uri: { prefix: '/api' } }],
          timeout: '5s',
          retries: { attempts: 2, perTryTimeout: '1s' },
          route: [to('v1', weight), to('v2', 100 - weight)],
        },
        { route: [to('v1', 100)] },
      ],
    },
  });
}

function makeMesh(): KubernetesResource[] {
  const objects: KubernetesResource[] = [];
  for (let index = 0; index < services; index++) {
    const namespace = `team-${Math.floor(index / servicesPerNamespace)}`;
    const name = `svc-${index}`;
    if (index % servicesPerNamespace === 0) objects.push({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    objects.push(
      object('v1', 'Service', namespace, name, { spec: { selector: { app: name }, ports: [{ name: 'http', port: 8080 }] } }),
      routeOf(name, namespace, 90),
      object('networking.istio.io/v1', 'DestinationRule', namespace, name, {
        spec: { host: name, subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })) },
      }),
      object('security.istio.io/v1', 'AuthorizationPolicy', namespace, name, {
        spec: {
          selector: { matchLabels: { app: name } },
          rules: [{ from: [{ source: { namespaces: [namespace] } }], to: [{ operation: { methods: ['GET'] } }] }],
        },
      }),
    );
    for (let pod = 0; pod < podsPerService; pod++) {
      const labels = { app: name, version: pod % 2 === 0 ? 'v1' : 'v2' };
      objects.push({
        ...object('v1', 'Pod', namespace, `${name}-${pod}`, {
          labels,
          spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] },
          status: { phase: 'Running' },
        }),
      });
    }
  }
  return objects;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

const whole: number[] = [];
let count = 0;
let found = 0;
let validation = new Validation([]);
let objects: KubernetesResource[] = [];
for (let round = 0; round < rounds; round++) {
  // New objects each time: what is remembered about an object must not help.
  objects = makeMesh();
  count = objects.length;
  const started = performance.now();
  validation = new Validation(objects, { complete: true });
  found = validation.findings().length;
  whole.push(performance.now() - started);
}
const times: number[] = [];
let checked = 0;
for (let edit = 0; edit < edits; edit++) {
  const index = (edit * 37) % services;
  const namespace = `team-${Math.floor(index / servicesPerNamespace)}`;
  const draft = routeOf(`svc-${index}`, namespace, edit % 100);
  const started = performance.now();
  checked += validation.update({ applied: [draft] });
  validation.findingsOf(draft);
  times.push(performance.now() - started);
}
const rules = new AdmissionRules();
rules.judge(routeOf('svc-0', 'team-0', 1), () => objects);
const admissions: number[] = [];
for (let edit = 0; edit < edits; edit++) {
  const started = performance.now();
  rules.judge(routeOf('svc-0', 'team-0', edit % 100), () => objects);
  admissions.push(performance.now() - started);
}
const report = {
  objects: count,
  findings: found,
  wholeMeshMs: { median: Math.round(median(whole)), first: Math.round(whole[0] ?? 0) },
  editMs: { median: Number(median(times).toFixed(2)), worst: Number(Math.max(...times).toFixed(2)), objectsChecked: checked / edits },
  admissionMs: { median: Number(median(admissions).toFixed(2)), worst: Number(Math.max(...admissions).toFixed(2)) },
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
if (median(whole) > budgets.wholeMs || Math.max(...times) > budgets.editMs) {
  process.stdout.write(`over budget: ${budgets.wholeMs} ms for the mesh, ${budgets.editMs} ms for an edit\n`);
  process.exitCode = 1;
}
