import { parse } from 'yaml';
import type { DestinationRule, PeerAuthentication } from '@/lib/kinds';
import { defineFinding, kindKeys, nameOf } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { serverMode } from '../server-mode';
import { topics } from '../topics';

/** What a host with a wildcard stands for: all of the mesh, or all of a namespace. */
function reachOf(host: string, domain: string): { namespace: string | undefined } | undefined {
  if (['*', '*.local', `*.${domain}`, `*.svc.${domain}`].includes(host)) return { namespace: undefined };
  const [, namespace] = /^\*\.([^.*]+)\.svc\.(.+)$/.exec(host) ?? [];
  return namespace !== undefined && host.endsWith(`.svc.${domain}`) ? { namespace } : undefined;
}

const modeOf = (rule: DestinationRule) => rule.spec.trafficPolicy?.tls?.mode;

/** Rules for a whole namespace or mesh that set a TLS mode, exported to everybody. */
function wideRules(mesh: MeshView): { rule: DestinationRule; namespace: string | undefined }[] {
  return mesh.list<DestinationRule>(topics.wildcardRule()).flatMap((rule) => {
    const reach = reachOf(rule.spec.host, mesh.settings.domain);
    return reach === undefined || modeOf(rule) === undefined ? [] : [{ rule, ...reach }];
  });
}

/** Policies of the mesh or a namespace that name a mode. */
const hasPolicy = (mesh: MeshView, namespace: string) =>
  mesh
    .list<PeerAuthentication>(topics.kindIn(kindKeys.peerAuthentication, namespace))
    .some(({ spec }) => ['STRICT', 'PERMISSIVE'].includes(spec?.mtls?.mode ?? '') && !selects(spec));

const selects = (spec: PeerAuthentication['spec'] | undefined) => Object.keys(spec?.selector?.matchLabels ?? {}).length > 0;

const rule = (host: string, mode: string) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: wide, namespace: istio-system }
spec: { host: '${host}', trafficPolicy: { tls: { mode: ${mode} } } }`;

const policy = (namespace: string, mode: string) => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${namespace} }
spec: { mtls: { mode: ${mode} } }`;

const reliesCause =
  'Clients are told to speak mutual TLS, and no PeerAuthentication says that servers accept it. Sidecars do by default; workloads without one do not, and cannot be reached.';
const reliesFix = 'Add a PeerAuthentication of the same reach, or leave the rule out: mutual TLS is used by itself where both sides can.';

export const meshTlsWithoutPolicy = defineFinding({
  code: 'HED0425',
  severity: 'info',
  kiali: 'KIA0205',
  title: 'Mutual TLS for the mesh, and no policy for it',
  cause: reliesCause,
  example: rule('*.local', 'ISTIO_MUTUAL'),
  fix: reliesFix,
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const reach = reachOf(object.spec.host, mesh.settings.domain);
    if (!mesh.settings.complete || reach === undefined || reach.namespace !== undefined || modeOf(object) !== 'ISTIO_MUTUAL') return;
    if (!hasPolicy(mesh, mesh.settings.rootNamespace))
      report(
        'spec.trafficPolicy.tls.mode',
        'Clients of the whole mesh speak mutual TLS, and no PeerAuthentication of the mesh asks for it',
      );
  },
});

export const namespaceTlsWithoutPolicy = defineFinding({
  code: 'HED0426',
  severity: 'info',
  kiali: 'KIA0206',
  title: 'Mutual TLS for a namespace, and no policy for it',
  cause: reliesCause,
  example: rule('*.default.svc.cluster.local', 'ISTIO_MUTUAL'),
  fix: reliesFix,
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const namespace = reachOf(object.spec.host, mesh.settings.domain)?.namespace;
    if (!mesh.settings.complete || namespace === undefined || modeOf(object) !== 'ISTIO_MUTUAL') return;
    if (!hasPolicy(mesh, namespace) && !hasPolicy(mesh, mesh.settings.rootNamespace))
      report(
        'spec.trafficPolicy.tls.mode',
        `Clients speak mutual TLS to all of namespace ${namespace}, and no PeerAuthentication of it or of the mesh asks for it`,
      );
  },
});

export const plaintextToStrict = defineFinding({
  code: 'HED0428',
  severity: 'error',
  kiali: 'KIA0208',
  title: 'Plaintext for everybody where mutual TLS is required',
  cause:
    'The DestinationRule turns TLS off towards all services of the mesh or of a namespace, whose PeerAuthentication is STRICT. Every connection that no closer rule governs is reset: 503 with flags UF,URX or UC.',
  example: `${policy('istio-system', 'STRICT')}\n---\n${rule('*.local', 'DISABLE')}`,
  fix: 'Use ISTIO_MUTUAL, or leave the rule out.',
  kinds: [kindKeys.destinationRule],
  check(object: DestinationRule, mesh, report) {
    const reach = reachOf(object.spec.host, mesh.settings.domain);
    if (reach === undefined || modeOf(object) !== 'DISABLE') return;
    const { mode, policy: found } = serverMode(mesh, reach.namespace ?? mesh.settings.rootNamespace, {}, undefined);
    if (mode !== 'STRICT' || found === undefined) return;
    const where = reach.namespace === undefined ? 'the whole mesh' : `namespace ${reach.namespace}`;
    report('spec.trafficPolicy.tls.mode', `Clients speak plaintext to ${where}, which accepts mutual TLS only`, {
      related: [nameOf(found)],
    });
  },
});

/** Whether the mesh config turns off that mutual TLS is found out by itself; not when the config is unknown. */
function isAutomaticOff(mesh: MeshView): boolean {
  const text = mesh.meshConfig();
  if (text === undefined) return false;
  try {
    return (parse(text) as { enableAutoMtls?: boolean } | null)?.enableAutoMtls === false;
  } catch {
    return false;
  }
}

const manualCause =
  'Servers accept mutual TLS only, the mesh config turns off that clients find this out by themselves (enableAutoMtls: false), and no DestinationRule tells them to speak it. Every connection is reset.';
const manualMesh = `apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: 'enableAutoMtls: false' }`;

export const strictMeshWithoutRule = defineFinding({
  code: 'HED0441',
  severity: 'error',
  kiali: 'KIA0401',
  title: 'Mesh is STRICT, and no client speaks mutual TLS',
  cause: manualCause,
  example: `${manualMesh}\n---\n${policy('istio-system', 'STRICT')}`,
  fix: 'Set enableAutoMtls, or add a DestinationRule for *.local with TLS mode ISTIO_MUTUAL.',
  kinds: [kindKeys.peerAuthentication],
  check(object: PeerAuthentication, mesh, report) {
    if (object.metadata.namespace !== mesh.settings.rootNamespace || selects(object.spec) || object.spec?.mtls?.mode !== 'STRICT') return;
    if (!isAutomaticOff(mesh)) return;
    const told = wideRules(mesh).some(({ rule: one, namespace }) => namespace === undefined && modeOf(one) === 'ISTIO_MUTUAL');
    if (!told) report('spec.mtls.mode', 'Mutual TLS is required in the whole mesh, and no DestinationRule makes clients speak it');
  },
});

export const strictNamespaceWithoutRule = defineFinding({
  code: 'HED0451',
  severity: 'error',
  kiali: 'KIA0501',
  title: 'Namespace is STRICT, and no client speaks mutual TLS',
  cause: manualCause,
  example: `${manualMesh}\n---\n${policy('default', 'STRICT')}`,
  fix: 'Set enableAutoMtls, or add a DestinationRule for all hosts of the namespace with TLS mode ISTIO_MUTUAL.',
  kinds: [kindKeys.peerAuthentication],
  check(object: PeerAuthentication, mesh, report) {
    const { namespace: own = '' } = object.metadata;
    if (own === mesh.settings.rootNamespace || selects(object.spec) || object.spec?.mtls?.mode !== 'STRICT' || !isAutomaticOff(mesh))
      return;
    const told = wideRules(mesh).some(
      ({ rule: one, namespace }) => (namespace === undefined || namespace === own) && modeOf(one) === 'ISTIO_MUTUAL',
    );
    if (!told) report('spec.mtls.mode', `Mutual TLS is required in namespace ${own}, and no DestinationRule makes clients speak it`);
  },
});

const offCause =
  'The PeerAuthentication turns mutual TLS off, and a DestinationRule makes clients speak it to the same workloads. Handshakes fail: 503 with flags UF,URX.';

export const tlsOffInNamespace = defineFinding({
  code: 'HED0455',
  severity: 'error',
  kiali: 'KIA0505',
  title: 'Mutual TLS is off in a namespace and clients speak it',
  cause: offCause,
  example: `${policy('default', 'DISABLE')}\n---\n${rule('*.default.svc.cluster.local', 'ISTIO_MUTUAL')}`,
  fix: 'Take the DestinationRule out, or set the PeerAuthentication to PERMISSIVE.',
  kinds: [kindKeys.peerAuthentication],
  check(object: PeerAuthentication, mesh, report) {
    const { namespace: own = '' } = object.metadata;
    if (own === mesh.settings.rootNamespace || selects(object.spec) || object.spec?.mtls?.mode !== 'DISABLE') return;
    const rules = wideRules(mesh);
    const closest = rules.filter(({ namespace }) => namespace === own);
    // The rule of the namespace counts where there is one.
    const found = (closest.length > 0 ? closest : rules.filter(({ namespace }) => namespace === undefined)).find(
      ({ rule: one }) => modeOf(one) === 'ISTIO_MUTUAL',
    );
    if (found !== undefined)
      report('spec.mtls.mode', `DestinationRule ${found.rule.metadata.name} makes clients speak mutual TLS to namespace ${own}`, {
        related: [nameOf(found.rule)],
      });
  },
});

export const tlsOffInMesh = defineFinding({
  code: 'HED0456',
  severity: 'error',
  kiali: 'KIA0506',
  title: 'Mutual TLS is off in the mesh and clients speak it',
  cause: offCause,
  example: `${policy('istio-system', 'DISABLE')}\n---\n${rule('*.local', 'ISTIO_MUTUAL')}`,
  fix: 'Take the DestinationRule out, or set the PeerAuthentication to PERMISSIVE.',
  kinds: [kindKeys.peerAuthentication],
  check(object: PeerAuthentication, mesh, report) {
    if (object.metadata.namespace !== mesh.settings.rootNamespace || selects(object.spec) || object.spec?.mtls?.mode !== 'DISABLE') return;
    const found = wideRules(mesh).find(({ rule: one, namespace }) => namespace === undefined && modeOf(one) === 'ISTIO_MUTUAL');
    if (found !== undefined)
      report('spec.mtls.mode', `DestinationRule ${found.rule.metadata.name} makes clients speak mutual TLS to the whole mesh`, {
        related: [nameOf(found.rule)],
      });
  },
});
