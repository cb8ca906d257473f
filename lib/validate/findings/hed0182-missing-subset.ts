import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import { pointerOf } from '../finding';
import type { MeshView } from '../mesh-view';
import { nearestName } from '../nearest-name';
import { destinationsOf } from '../read-destinations';
import { subsetWorkloads } from '../select-subset';

/** The rules a client of `client` may find for a service: of its own namespace, the service's and the root namespace. */
function reachable(mesh: MeshView, rules: readonly DestinationRule[], client: string, owner: string | undefined): DestinationRule[] {
  const spaces = new Set([client, owner ?? client, mesh.settings.rootNamespace]);
  return rules.filter((rule) => spaces.has(rule.metadata.namespace ?? ''));
}

export const missingSubset = defineFinding({
  code: 'HED0182',
  severity: 'error',
  istio: 'IST0101',
  kiali: 'KIA1107',
  title: 'Subset does not exist',
  cause:
    'A route or mirror names a subset that no DestinationRule for the host defines where the proxies look: in the namespace of the client, of the service, and in the root namespace. They answer such requests with 503 (flag NC).',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - route: [{ destination: { host: reviews, subset: v9 } }]`,
  fix: 'Add the subset to the DestinationRule of the host (before the route that uses it), or name one that exists.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const { host, subset, path, role } of destinationsOf(object)) {
      if (subset === undefined || subset === '') continue;
      const full = mesh.resolve(host, namespace);
      const service = mesh.service(full);
      const all = mesh.destinationRules(full);
      if (service === undefined && (all.length === 0 || mesh.settings.complete)) continue;
      const rules = reachable(mesh, all, namespace, service?.namespace);
      const names = rules.flatMap((rule) => (rule.spec.subsets ?? []).map((one) => one.name));
      if (names.includes(subset)) continue;
      const elsewhere = all.find((rule) => (rule.spec.subsets ?? []).some((one) => one.name === subset));
      const what = `Subset ${JSON.stringify(subset)} of ${full}${role === 'mirror' ? ' (mirror)' : ''}`;
      if (elsewhere !== undefined) {
        report(
          `${path}.subset`,
          `${what} is defined by a DestinationRule of namespace ${elsewhere.metadata.namespace ?? ''} only, where neither clients nor the service look`,
          { related: [nameOf(elsewhere)] },
        );
        continue;
      }
      const near = nearestName(subset, names);
      const known = names.length === 0 ? 'no DestinationRule for the host has subsets' : `it has ${names.join(', ')}`;
      report(`${path}.subset`, `${what} is not defined: ${known}`, {
        related: rules.map(nameOf),
        fix: near === undefined ? undefined : [{ op: 'replace', path: pointerOf(`${path}.subset`), value: near }],
      });
    }
  },
});

export const emptySubsetInUse = defineFinding({
  code: 'HED0305',
  severity: 'warning',
  title: 'Route to a subset without workloads',
  cause: 'The subset exists, but no workload has its labels: the share of requests that goes there is answered with 503 (flag UH).',
  example: `# no pod of reviews has the label version: v4
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - route:
        - { destination: { host: reviews, subset: v3 }, weight: 90 }
        - { destination: { host: reviews, subset: v4 }, weight: 10 }`,
  fix: 'Deploy workloads with the labels of the subset before traffic is sent there, or set the weight to 0 until then.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    for (const { host, subset, path, role, share } of destinationsOf(object)) {
      if (subset === undefined || subset === '' || (role === 'route' && share === 0)) continue;
      const full = mesh.resolve(host, namespace);
      const service = mesh.service(full);
      if (service === undefined) continue;
      const rules = reachable(mesh, mesh.destinationRules(full), namespace, service.namespace);
      const rule = rules.find((one) => (one.spec.subsets ?? []).some(({ name }) => name === subset));
      const labels = rule?.spec.subsets?.find(({ name }) => name === subset)?.labels;
      if (rule === undefined || subsetWorkloads(mesh, service, labels) !== 'none') continue;
      const what = role === 'mirror' ? 'mirrored requests' : `${Math.round(share)} % of the requests`;
      report(`${path}.subset`, `No workload has the labels of subset ${JSON.stringify(subset)} of ${full}: ${what} go nowhere`, {
        related: [nameOf(rule)],
      });
    }
  },
});
