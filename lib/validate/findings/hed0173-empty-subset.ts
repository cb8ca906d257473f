import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { destinationsOf } from '../read-destinations';
import { subsetWorkloads } from '../select-subset';

/** Whether a route somewhere sends requests to the subset. */
function isUsed(mesh: MeshView, host: string, subset: string): boolean {
  return mesh
    .virtualServices(host)
    .some((object: VirtualService) =>
      destinationsOf(object).some(
        (one) => one.subset === subset && one.share > 0 && mesh.resolve(one.host, object.metadata.namespace ?? '') === host,
      ),
    );
}

export const emptySubset = defineFinding({
  code: 'HED0173',
  severity: 'error',
  istio: 'IST0173',
  kiali: 'KIA0203',
  title: 'Subset selects no workload',
  cause:
    'No pod behind the host has the labels of the subset. Requests that are routed there are answered with 503 (flag UH). While no route names the subset this is only information.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec:
  host: reviews
  subsets:
    - { name: v4, labels: { version: v4 } }`,
  fix: 'Correct the labels of the subset, or deploy workloads that have them.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const host = mesh.resolve(object.spec.host, object.metadata.namespace ?? '');
    const service = mesh.service(host);
    if (service === undefined) return;
    for (const [index, subset] of (object.spec.subsets ?? []).entries()) {
      if (Object.keys(subset.labels ?? {}).length === 0 || subsetWorkloads(mesh, service, subset.labels) !== 'none') continue;
      const severity = isUsed(mesh, host, subset.name) ? 'error' : 'info';
      const labels = Object.entries(subset.labels ?? {}).map(([key, value]) => `${key}=${value}`);
      report(
        `spec.subsets[${index}].labels`,
        `No workload of ${host} has the labels ${labels.join(', ')} of subset ${JSON.stringify(subset.name)}`,
        { severity },
      );
    }
  },
});

export const subsetWithoutLabels = defineFinding({
  code: 'HED0229',
  severity: 'info',
  kiali: 'KIA0209',
  title: 'Subset without labels',
  cause: 'A subset without labels stands for every workload of the host, the same as no subset at all.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec:
  host: reviews
  subsets:
    - name: v1`,
  fix: 'Give the subset labels, or leave it out and route to the host.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, _mesh, report) {
    const subsets = object.spec.subsets ?? [];
    for (const [index, subset] of subsets.entries()) {
      // One subset with a traffic policy of its own for all endpoints is a known pattern (TLS origination).
      if (Object.keys(subset.labels ?? {}).length === 0 && subset.trafficPolicy === undefined)
        report(`spec.subsets[${index}]`, `Subset ${JSON.stringify(subset.name)} has no labels: it stands for all workloads of the host`);
    }
  },
});
