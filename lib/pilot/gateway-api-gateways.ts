import { matchesSelector, meshLabels } from '@/lib/model';
import { isGranted } from './gateway-api-backends';
import { compareAge, table } from './mesh-state';
import { sourceOf } from './provenance';
import { serviceIndex } from './index-services';
import type { GatewayClass, KubernetesGateway, KubernetesGatewaySpec } from '@/lib/kinds';
import type { Namespace, Pod, Secret } from '@/lib/model';
import type { ReferenceProblem } from './gateway-api-backends';
import type { GatewayModel, ServerSpec } from './index-gateways';
import type { MeshState } from './mesh-state';

type Listener = KubernetesGatewaySpec['listeners'][number];

/** The controller whose GatewayClasses are served here. */
export const GATEWAY_CONTROLLER = 'istio.io/gateway-controller';
const defaultClass = 'istio';
const apiGroup = 'gateway.networking.k8s.io';

/** A listener with what routes ask of it, and what is wrong with it. */
export interface ListenerModel {
  gateway: KubernetesGateway;
  listener: Listener;
  index: number;
  /** What routes are filed under, as the name of a gateway: `namespace/gateway~listener`. */
  key: string;
  kinds: readonly string[];
  problems: readonly ReferenceProblem[];
  /** Why the listener cannot be used at all. */
  refused: { reason: string; message: string } | undefined;
  /** Another listener with the same port and name. */
  conflicted: { reason: string; message: string } | undefined;
  model: GatewayModel;
  grantedSecrets: readonly string[];
}

/** GatewayClasses that are ours; the class `istio` exists without an object. */
export function managedClasses(state: MeshState): ReadonlySet<string> {
  const classes = new Set<string>();
  const objects = table<GatewayClass>(state, `${apiGroup}/GatewayClass`);
  for (const object of objects.values()) if (object.spec.controllerName === GATEWAY_CONTROLLER) classes.add(object.metadata.name);
  if (!objects.has(`/${defaultClass}`)) classes.add(defaultClass);
  return classes;
}

/** All listeners of managed Gateways, oldest Gateway first. */
export function listenerModels(state: MeshState): readonly ListenerModel[] {
  const classes = managedClasses(state);
  const gateways = [...table<KubernetesGateway>(state, `${apiGroup}/Gateway`).values()].sort(compareAge);
  return gateways.filter((gateway) => classes.has(gateway.spec.gatewayClassName)).flatMap((gateway) => listenersOf(state, gateway));
}

function listenersOf(state: MeshState, gateway: KubernetesGateway): ListenerModel[] {
  const namespace = gateway.metadata.namespace ?? 'default';
  const placement = placementOf(state, gateway);
  const seen = new Map<string, string>();
  return (gateway.spec.listeners ?? []).map((listener, index) => {
    const problems: ReferenceProblem[] = [];
    const granted: string[] = [];
    let refused: ListenerModel['refused'];
    let tls: ServerSpec['tls'];
    if (!['HTTP', 'HTTPS', 'TLS', 'TCP'].includes(listener.protocol)) {
      refused = { reason: 'UnsupportedProtocol', message: `Protocol ${listener.protocol} has no effect here` };
    } else if (listener.protocol === 'HTTPS' || listener.protocol === 'TLS') {
      tls = tlsOf(state, gateway, listener, problems, granted);
    }
    const conflictKey = `${listener.port}|${listener.protocol === 'TCP' ? '' : (listener.hostname ?? '')}`;
    const other = seen.get(conflictKey);
    if (other === undefined) seen.set(conflictKey, listener.name);
    const conflicted =
      other === undefined ? undefined : { reason: 'HostnameConflict', message: `Listener ${other} has the same port and hostname` };
    const usable = refused === undefined && conflicted === undefined && problems.length === 0;
    const host = listener.hostname === undefined || listener.hostname === '' ? '*' : listener.hostname;
    const server: ServerSpec = {
      name: listener.name,
      port: { number: listener.port, name: listener.name, protocol: listener.protocol },
      hosts: [`*/${host}`],
      ...(tls === undefined ? {} : { tls }),
    };
    const key = `${namespace}/${gateway.metadata.name}~${listener.name}`;
    return {
      gateway,
      listener,
      index,
      key,
      kinds: kindsOf(listener, problems),
      problems,
      refused,
      conflicted,
      grantedSecrets: granted,
      model: {
        source: sourceOf(gateway),
        key,
        namespace,
        name: gateway.metadata.name,
        servers: usable ? [{ spec: server, path: `spec.listeners[${index}]` }] : [],
        gatewayApi: true,
        selector: placement.selector,
        proxyNamespace: placement.namespace,
        creationTimestamp: gateway.metadata.creationTimestamp ?? '',
      },
    };
  });
}

/**
 * Which proxies serve a Gateway: those of the Service its `addresses` name; else its own deployment (label gateway-name); else, where
 * nobody deployed one, the mesh's ingress gateway.
 */
function placementOf(
  state: MeshState,
  gateway: KubernetesGateway,
): { selector: Readonly<Record<string, string>>; namespace: string | undefined } {
  const namespace = gateway.metadata.namespace ?? 'default';
  const address = (gateway.spec.addresses ?? []).find((entry) => (entry.type ?? 'IPAddress') === 'Hostname')?.value;
  if (address !== undefined) {
    const full = address.includes('.') ? address : `${address}.${namespace}.svc.${state.domain}`;
    const service = serviceIndex(state).byHost.get(full)?.[0];
    if (service?.selector !== undefined) return { selector: service.selector, namespace: service.namespace };
  }
  const own = { [meshLabels.gatewayName]: gateway.metadata.name };
  const deployed = deployedGateways(state).split(',').includes(`${namespace}/${gateway.metadata.name}`);
  return deployed ? { selector: own, namespace } : { selector: { istio: 'ingressgateway' }, namespace: undefined };
}

/** Gateways that pods of their own serve, as a text that stays the same while other pods come and go. */
export function deployedGateways(state: MeshState): string {
  const pods = table<Pod>(state, '/Pod');
  return state.cache.memo('deployed-gateways', [pods], () => {
    const names = new Set<string>();
    for (const pod of pods.values()) {
      const name = pod.metadata.labels?.[meshLabels.gatewayName];
      if (name !== undefined) names.add(`${pod.metadata.namespace ?? 'default'}/${name}`);
    }
    return [...names].sort().join(',');
  });
}

function kindsOf(listener: Listener, problems: ReferenceProblem[]): string[] {
  const byProtocol: Record<string, string[]> = {
    HTTP: ['HTTPRoute', 'GRPCRoute'],
    HTTPS: ['HTTPRoute', 'GRPCRoute'],
    TLS: listener.tls?.mode === 'Terminate' ? ['TCPRoute', 'TLSRoute'] : ['TLSRoute'],
    TCP: ['TCPRoute'],
  };
  const supported = byProtocol[listener.protocol] ?? [];
  const wanted = listener.allowedRoutes?.kinds ?? [];
  if (wanted.length === 0) return supported;
  const chosen = supported.filter((kind) => wanted.some((entry) => entry.kind === kind && (entry.group ?? apiGroup) === apiGroup));
  if (chosen.length < wanted.length)
    problems.push({ reason: 'InvalidKind', message: 'allowedRoutes names kinds that the protocol does not take' });
  return chosen;
}

function tlsOf(
  state: MeshState,
  gateway: KubernetesGateway,
  listener: Listener,
  problems: ReferenceProblem[],
  granted: string[],
): ServerSpec['tls'] {
  if (listener.tls?.mode === 'Passthrough') return { mode: 'PASSTHROUGH' };
  const namespace = gateway.metadata.namespace ?? 'default';
  const names: string[] = [];
  for (const reference of listener.tls?.certificateRefs ?? []) {
    const owner = reference.namespace ?? namespace;
    const isSecret = (reference.group ?? '') === '' && (reference.kind ?? 'Secret') === 'Secret';
    if (!isSecret) {
      problems.push({ reason: 'InvalidCertificateRef', message: `${reference.kind} is not a kind of certificate here` });
      continue;
    }
    const allowed = isGranted(
      state,
      { group: apiGroup, kind: 'Gateway', namespace },
      { group: '', kind: 'Secret', namespace: owner, name: reference.name },
    );
    if (!allowed) {
      problems.push({
        reason: 'RefNotPermitted',
        message: `No ReferenceGrant of namespace ${owner} lets Gateways of ${namespace} use Secret ${reference.name}`,
      });
      continue;
    }
    if (!table<Secret>(state, '/Secret').has(`${owner}/${reference.name}`)) {
      problems.push({ reason: 'InvalidCertificateRef', message: `Secret ${owner}/${reference.name} does not exist` });
      continue;
    }
    const name = `kubernetes-gateway://${owner}/${reference.name}`;
    names.push(name);
    granted.push(name);
  }
  if (names.length === 0 && problems.length === 0)
    problems.push({ reason: 'InvalidCertificateRef', message: 'TLS is ended here, but no certificate is named' });
  return { mode: 'SIMPLE', credentialNames: names };
}

/** Whether a listener lets in routes of a namespace. */
export function allowsNamespace(state: MeshState, model: ListenerModel, namespace: string): boolean {
  const rule = model.listener.allowedRoutes?.namespaces;
  switch (rule?.from ?? 'Same') {
    case 'All':
      return true;
    case 'Selector': {
      const labels = table<Namespace>(state, '/Namespace').get(`/${namespace}`)?.metadata.labels ?? {};
      return matchesSelector({ 'kubernetes.io/metadata.name': namespace, ...labels }, rule?.selector ?? {});
    }
    default:
      return namespace === (model.gateway.metadata.namespace ?? 'default');
  }
}
