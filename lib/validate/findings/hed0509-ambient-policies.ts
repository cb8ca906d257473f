import type { AuthorizationPolicy } from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { defineFinding, kindKeys } from '../define-finding';
import type { FindingDefinition } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { isAmbient, isNamespaceEnrolled, isServiceEnrolled } from '../read-ambient';

interface Target {
  kind?: string;
  name?: string;
}

type Policy = KubernetesResource & {
  spec?: { selector?: { matchLabels?: Record<string, string> }; targetRef?: Target; targetRefs?: Target[] };
};

const targetsOf = ({ spec }: Policy): Target[] => (spec?.targetRef === undefined ? (spec?.targetRefs ?? []) : [spec.targetRef]);

/** Whether a rule asks for something that only HTTP has. */
function asksHttp(object: KubernetesResource): boolean {
  return ((object as AuthorizationPolicy).spec?.rules ?? []).some(
    (rule) =>
      (rule.to ?? []).some(({ operation = {} }) => Object.keys(operation).some((field) => field !== 'ports' && field !== 'notPorts')) ||
      (rule.from ?? []).some(({ source = {} }) => source.requestPrincipals !== undefined || source.notRequestPrincipals !== undefined) ||
      (rule.when ?? []).some(({ key }) => key.startsWith('request.')),
  );
}

/** Whether every workload the object is for is in ambient mode: some may have a sidecar, which acts on it. */
function isForAmbient(mesh: MeshView, object: Policy): boolean {
  const namespace = object.metadata.namespace ?? '';
  if (namespace === mesh.settings.rootNamespace || !isAmbient(mesh, namespace)) return false;
  return mesh.workloads(namespace, object.spec?.selector?.matchLabels).every((one) => one.hasProxy !== true);
}

/** Services a policy is attached to whose requests pass no waypoint. */
function* idleTargets(mesh: MeshView, object: Policy): Generator<{ name: string; path: string }> {
  const namespace = object.metadata.namespace ?? '';
  const single = object.spec?.targetRef !== undefined;
  for (const [index, { kind, name }] of targetsOf(object).entries())
    if (kind === 'Service' && name !== undefined && !isServiceEnrolled(mesh, namespace, name))
      yield { name, path: single ? 'spec.targetRef' : `spec.targetRefs[${index}]` };
}

interface AmbientPair {
  kind: string;
  codes: readonly [idle: string, untargeted: string];
  kiali: readonly [idle: string, untargeted: string];
  what: string;
  consequence: string;
  spec: string;
  isHttp: (object: KubernetesResource) => boolean;
}

const ambient = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }`;
const enrolled = ambient.replace('ambient }', 'ambient, istio.io/use-waypoint: waypoint }');

/** The two ways in which an object for HTTP does nothing in ambient mode: without a waypoint, and without naming what it is for. */
function ambientFindings({ kind, codes, kiali, what, consequence, spec, isHttp }: AmbientPair): [FindingDefinition, FindingDefinition] {
  const [group = '', name = ''] = kind.split('/');
  const version = group === 'extensions.istio.io' ? 'v1alpha1' : 'v1';
  const example = `apiVersion: ${group}/${version}\nkind: ${name}\nmetadata: { name: shop, namespace: shop }\nspec: ${spec}`;
  const cause = `In ambient mode ztunnel carries the traffic, which reads no HTTP: ${what} are the business of a waypoint. `;
  const idle = defineFinding({
    code: codes[0],
    severity: 'warning',
    kiali: kiali[0],
    title: `${name} for HTTP without a waypoint`,
    cause: `${cause}No request to the workloads passes one: ${consequence}.`,
    example: `${ambient}\n---\n${example}`,
    fix: 'Make a waypoint (a Gateway of class istio-waypoint) and label the namespace or the Service istio.io/use-waypoint.',
    kinds: [kind],
    check(object: Policy, mesh, report) {
      if (!isHttp(object) || !isForAmbient(mesh, object)) return;
      const namespace = object.metadata.namespace ?? '';
      if (targetsOf(object).length === 0 && !isNamespaceEnrolled(mesh, namespace))
        report('spec', `Namespace ${namespace} is in ambient mode and has no waypoint: ${consequence}`);
      for (const target of idleTargets(mesh, object))
        report(target.path, `Requests to Service ${target.name} pass no waypoint: ${consequence}`);
    },
  });
  const untargeted = defineFinding({
    code: codes[1],
    severity: 'warning',
    kiali: kiali[1],
    title: `${name} that names no target in ambient mode`,
    cause: `${cause}A waypoint takes what names it, or a Service behind it, in targetRefs: ${consequence}.`,
    example: `${enrolled}\n---\n${example}`,
    fix: 'Add targetRefs with the waypoint (kind Gateway) or the Service.',
    kinds: [kind],
    check(object: Policy, mesh, report) {
      if (!isHttp(object) || !isForAmbient(mesh, object) || targetsOf(object).length > 0) return;
      const namespace = object.metadata.namespace ?? '';
      if (isNamespaceEnrolled(mesh, namespace))
        report('spec', `The waypoint of namespace ${namespace} takes only objects that have targetRefs: ${consequence}`);
    },
  });
  return [idle, untargeted];
}

export const [idleAmbientPolicy, untargetedAmbientPolicy] = ambientFindings({
  kind: kindKeys.authorizationPolicy,
  codes: ['HED0509', 'HED0510'],
  kiali: ['KIA0109', 'KIA0110'],
  what: 'paths, methods, headers and tokens',
  consequence: 'rules that ask for HTTP match nothing, so that ALLOW lets nobody in by them',
  spec: '{ rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
  isHttp: asksHttp,
});

export const [idleAmbientAuthentication, untargetedAmbientAuthentication] = ambientFindings({
  kind: kindKeys.requestAuthentication,
  codes: ['HED0540', 'HED0541'],
  kiali: ['KIA1110', 'KIA1115'],
  what: 'tokens',
  consequence: 'tokens are not checked',
  spec: '{ jwtRules: [{ issuer: https://issuer.example.com }] }',
  isHttp: () => true,
});

export const [idleAmbientPlugin, untargetedAmbientPlugin] = ambientFindings({
  kind: kindKeys.wasmPlugin,
  codes: ['HED0542', 'HED0543'],
  kiali: ['KIA1111', 'KIA1116'],
  what: 'plugins',
  consequence: 'the plugin runs nowhere',
  spec: '{ url: oci://registry.example.com/plugin:1 }',
  isHttp: () => true,
});

export const [idleAmbientTelemetry, untargetedAmbientTelemetry] = ambientFindings({
  kind: kindKeys.telemetry,
  codes: ['HED0544', 'HED0545'],
  kiali: ['KIA1112', 'KIA1117'],
  what: 'traces and metrics of requests',
  consequence: 'no requests are reported by it',
  spec: '{ tracing: [{ randomSamplingPercentage: 10 }] }',
  isHttp: (object) => ((object as { spec?: { tracing?: unknown[] } }).spec?.tracing ?? []).length > 0,
});
