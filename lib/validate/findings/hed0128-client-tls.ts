import type { DestinationRule } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { serverMode } from '../server-mode';

type Policy = NonNullable<DestinationRule['spec']['trafficPolicy']>;
type Tls = NonNullable<Policy['tls']>;

function skipsVerification(tls: Tls | undefined): boolean {
  if (tls === undefined || (tls.mode !== 'SIMPLE' && tls.mode !== 'MUTUAL')) return false;
  return (tls.caCertificates ?? '') === '' && (tls.credentialName ?? '') === '' && tls.insecureSkipVerify !== true;
}

const cause =
  'TLS is originated without caCertificates. Unless the mesh verifies with the certificates of the operating system, whoever answers is believed, and the encryption protects from nobody who can intercept.';
const fix =
  'Set caCertificates (for example /etc/ssl/certs/ca-certificates.crt) and subjectAltNames, or credentialName; set insecureSkipVerify if that is meant.';

export const unverifiedServer = defineFinding({
  code: 'HED0128',
  severity: 'warning',
  istio: 'IST0128',
  title: 'The server is not verified',
  cause,
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: outside, namespace: default }
spec:
  host: api.example.com
  trafficPolicy: { tls: { mode: SIMPLE } }`,
  fix,
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, _mesh, report) {
    const mode = object.spec.trafficPolicy?.tls?.mode ?? '';
    if (skipsVerification(object.spec.trafficPolicy?.tls))
      report(
        'spec.trafficPolicy.tls',
        `TLS mode ${mode} without caCertificates: the certificate of ${object.spec.host} may not be verified`,
      );
  },
});

export const unverifiedServerPort = defineFinding({
  code: 'HED0129',
  severity: 'warning',
  istio: 'IST0129',
  title: 'The server is not verified on a port',
  cause,
  example: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: outside, namespace: default }
spec:
  host: api.example.com
  trafficPolicy:
    portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE } }]`,
  fix,
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, _mesh, report) {
    for (const [index, settings] of (object.spec.trafficPolicy?.portLevelSettings ?? []).entries()) {
      if (!skipsVerification(settings.tls)) continue;
      report(
        `spec.trafficPolicy.portLevelSettings[${index}].tls`,
        `TLS mode ${settings.tls?.mode ?? ''} without caCertificates: the certificate of ${object.spec.host} may not be verified on port ${settings.port?.number ?? 0}`,
      );
    }
  },
});

/** TLS modes a rule sets, with where it sets them. */
function modesOf({ spec }: DestinationRule): { tls: Tls; path: string; port: number | undefined }[] {
  const found: { tls: Tls; path: string; port: number | undefined }[] = [];
  const add = (policy: Policy | undefined, path: string) => {
    if (policy?.tls !== undefined) found.push({ tls: policy.tls, path: `${path}.tls`, port: undefined });
    for (const [index, settings] of (policy?.portLevelSettings ?? []).entries())
      if (settings.tls !== undefined)
        found.push({ tls: settings.tls, path: `${path}.portLevelSettings[${index}].tls`, port: settings.port?.number });
  };
  add(spec.trafficPolicy, 'spec.trafficPolicy');
  for (const [index, subset] of (spec.subsets ?? []).entries()) add(subset.trafficPolicy, `spec.subsets[${index}].trafficPolicy`);
  return found;
}

/** What the server of a service expects: on the port in question, of the oldest policies that apply. */
function expectation(mesh: MeshView, host: string, port: number | undefined) {
  const service = mesh.service(host);
  if (service === undefined || service.external || service.selector === undefined) return undefined;
  const workloads = mesh.workloads(service.namespace, service.selector);
  const [workload] = workloads;
  if (workload === undefined || (!mesh.settings.complete && service.namespace === '')) return undefined;
  const target = service.ports.find((one) => port === undefined || one.number === port)?.targetPort ?? port;
  return { ...serverMode(mesh, service.namespace, workload.labels, typeof target === 'number' ? target : undefined), workloads };
}

export const mutualTlsMismatch = defineFinding({
  code: 'HED0225',
  severity: 'error',
  kiali: 'KIA0207',
  title: 'Client and server disagree about mutual TLS',
  cause:
    'The DestinationRule makes clients speak plaintext (or TLS of their own) to workloads whose PeerAuthentication is STRICT, or mutual TLS to workloads that do not accept it. Every connection is reset: 503 with flags UF,URX or UC.',
  example: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: STRICT } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec:
  host: reviews
  trafficPolicy: { tls: { mode: DISABLE } }`,
  fix: 'Use ISTIO_MUTUAL (or leave `tls` out, which finds it out by itself) towards STRICT workloads, and DISABLE towards workloads without mutual TLS.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const host = mesh.resolve(object.spec.host, object.metadata.namespace ?? '');
    if (host.startsWith('*')) return;
    for (const { tls, path, port } of modesOf(object)) {
      const expected = expectation(mesh, host, port);
      if (expected === undefined) continue;
      const related = expected.policy === undefined ? [] : [nameOf(expected.policy)];
      const mode = tls.mode ?? 'DISABLE';
      if (
        mode !== 'ISTIO_MUTUAL' &&
        mode !== 'MUTUAL' &&
        expected.mode === 'STRICT' &&
        expected.workloads.some((one) => one.hasProxy !== false)
      )
        report(
          `${path}.mode`,
          `Clients speak ${mode === 'DISABLE' ? 'plaintext' : 'TLS without a client certificate'} to ${host}, which accepts mutual TLS only`,
          { related },
        );
      if (mode === 'ISTIO_MUTUAL' && expected.mode === 'DISABLE')
        report(`${path}.mode`, `Clients speak mutual TLS to ${host}, where it is turned off`, { related });
      if (mode === 'ISTIO_MUTUAL' && expected.mode !== 'DISABLE' && expected.workloads.every((one) => one.hasProxy === false))
        report(`${path}.mode`, `Clients speak mutual TLS to ${host}, whose workloads have no proxy that could answer it`, {
          related: expected.workloads.slice(0, 3).map((one) => one.object),
        });
    }
  },
});
