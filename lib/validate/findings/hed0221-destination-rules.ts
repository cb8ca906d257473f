import type { DestinationRule } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import { topics } from '../topics';

export const competingRules = defineFinding({
  code: 'HED0221',
  severity: 'warning',
  kiali: 'KIA0201',
  title: 'Two DestinationRules for one host',
  cause:
    'Rules of one namespace for one host are merged: subsets are put together (of two with one name the older counts), but only the first traffic policy is used.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a, namespace: default }
spec: { host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: b, namespace: default }
spec: { host: reviews, trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } } }`,
  fix: 'Merge them into one rule.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const { namespace = '', name } = object.metadata;
    if (object.spec.workloadSelector !== undefined) return;
    const host = mesh.resolve(object.spec.host, namespace);
    const others = mesh
      .list<DestinationRule>(topics.rulesOf(host))
      .filter((one) => one.metadata.namespace === namespace && one.metadata.name !== name && one.spec.workloadSelector === undefined);
    for (const other of others) {
      const own = new Set((object.spec.subsets ?? []).map((subset) => subset.name));
      const shared = (other.spec.subsets ?? []).find((subset) => own.has(subset.name));
      if (shared !== undefined)
        report(
          'spec.subsets',
          `DestinationRule ${other.metadata.name} defines subset ${JSON.stringify(shared.name)} of ${host}, too: the older counts`,
          { related: [nameOf(other)] },
        );
      else if (object.spec.trafficPolicy !== undefined && other.spec.trafficPolicy !== undefined)
        report(
          'spec.trafficPolicy',
          `DestinationRule ${other.metadata.name} has a traffic policy for ${host}, too: the older counts, they are not merged`,
          { related: [nameOf(other)] },
        );
    }
  },
});

export const rulePastClients = defineFinding({
  code: 'HED0312',
  severity: 'warning',
  title: 'DestinationRule where no client looks',
  cause:
    'Clients look for rules in their own namespace, in that of the service and in the root namespace. A rule anywhere else serves only clients of its own namespace; with none there, nobody uses it, whatever exportTo says.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: configuration }
spec:
  host: reviews.default.svc.cluster.local
  trafficPolicy: { loadBalancer: { simple: RANDOM } }`,
  fix: 'Move the rule to the namespace of the service.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const { namespace = '' } = object.metadata;
    const service = mesh.service(mesh.resolve(object.spec.host, namespace));
    if (service === undefined || service.external || service.namespace === namespace || namespace === mesh.settings.rootNamespace) return;
    const hasClients = mesh.has(topics.workloadIn(namespace));
    const meansOthers = (object.spec.exportTo ?? []).some((target) => target !== '.' && target !== namespace);
    if (hasClients && !meansOthers) return;
    const who = hasClients
      ? `only clients of namespace ${namespace} use it, whatever exportTo says`
      : `no client looks for it in namespace ${namespace}, which has no workloads`;
    report('spec.host', `${service.host} is a service of namespace ${service.namespace}: ${who}`, { related: [service.object] });
  },
});

export const subsetWithoutTls = defineFinding({
  code: 'HED0224',
  severity: 'warning',
  kiali: 'KIA0204',
  title: 'Rule drops the TLS settings of a wider one',
  cause:
    'A rule for a host takes the place of rules for wildcards; nothing is inherited. A wildcard rule that sets TLS no longer applies to this host.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: default }
spec: { host: '*.example.com', trafficPolicy: { tls: { mode: SIMPLE, sni: api.example.com, caCertificates: /etc/ssl/certs/ca-certificates.crt } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: api, namespace: default }
spec: { host: api.example.com, trafficPolicy: { loadBalancer: { simple: RANDOM } } }`,
  fix: 'Repeat the TLS settings in the rule.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const { namespace = '' } = object.metadata;
    const { trafficPolicy } = object.spec;
    const host = mesh.resolve(object.spec.host, namespace);
    if (trafficPolicy?.tls !== undefined || host.startsWith('*')) return;
    const wide = mesh
      .destinationRules(host)
      .find(
        (one) =>
          one.spec.host.startsWith('*') &&
          one.metadata.namespace === namespace &&
          one.spec.trafficPolicy?.tls !== undefined &&
          one.spec.trafficPolicy.tls.mode !== 'DISABLE',
      );
    // Mutual TLS of the mesh is found out by itself.
    if (wide === undefined || wide.spec.trafficPolicy?.tls?.mode === 'ISTIO_MUTUAL') return;
    report(
      'spec.trafficPolicy',
      `DestinationRule ${wide.metadata.name} sets TLS mode ${wide.spec.trafficPolicy?.tls?.mode ?? ''} for ${wide.spec.host}; this rule replaces it for ${host} and sets none`,
      { related: [nameOf(wide)] },
    );
  },
});

const unlikelyEjection = 10;

export const idleOutlierDetection = defineFinding({
  code: 'HED0323',
  severity: 'info',
  title: 'Outlier detection that may eject nobody',
  cause:
    'At most maxEjectionPercent (10 by default) of the endpoints are ejected, rounded down. With fewer than 10 endpoints that is none.',
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec:
  host: reviews
  trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3 } }`,
  fix: 'Set maxEjectionPercent to what the service can do without, for example 50 or 100.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const settings = object.spec.trafficPolicy?.outlierDetection;
    if (settings === undefined || !mesh.settings.complete) return;
    const service = mesh.service(mesh.resolve(object.spec.host, object.metadata.namespace ?? ''));
    if (service?.selector === undefined) return;
    const pods = mesh.workloads(service.namespace, service.selector).filter((workload) => workload.object.kind === 'Pod').length;
    const percent = settings.maxEjectionPercent ?? unlikelyEjection;
    if (pods === 0 || (pods * percent) / 100 >= 1) return;
    report(
      'spec.trafficPolicy.outlierDetection',
      `${percent} % of ${pods} endpoint${pods === 1 ? '' : 's'} is less than one: nobody is ejected`,
    );
  },
});
