import { meshLabels, resolveShortName } from '@/lib/model';
import { deployedGateways } from './gateway-api-gateways';
import { idleKinds } from './idle-kinds';
import { serviceIndex } from './index-services';
import { kindKey, noteMeshConfig, table } from './mesh-state';
import { celFilter } from './resolve-telemetry';
import type {
  AuthorizationPolicy,
  DestinationRule,
  GatewayClass,
  HTTPRoute,
  KubernetesGateway,
  PeerAuthentication,
  ProxyConfig,
  RequestAuthentication,
  ServiceEntry,
  Sidecar,
  Telemetry,
  VirtualService,
} from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import type { TrafficPolicy } from './mesh-settings';
import type { MeshState } from './mesh-state';
import type { Note } from './types';

type Add = (path: string, message: string, severity?: Note['severity']) => void;

const checked = new WeakMap<KubernetesResource, readonly Note[]>();

/**
 * Findings about objects as such: kinds and fields that are accepted but have no effect here. What goes wrong for a single proxy is in
 * the notes of `compileProxy`.
 */
export function noteObjects(state: MeshState): readonly Note[] {
  const tables = [...Object.keys(idleKinds), ...Object.keys(checks)].map((kind) => table(state, kind));
  const own = state.cache.memo('object-notes', [...tables, state.mesh, serviceIndex(state)], () => {
    const notes: Note[] = [];
    const mesh = noteMeshConfig(state);
    if (mesh !== undefined) notes.push(mesh);
    for (const [kind, message] of Object.entries(idleKinds)) {
      for (const object of table(state, kind).values()) notes.push(noteOf(object, '', message, 'warning'));
    }
    for (const kind of Object.keys(checks)) for (const object of table(state, kind).values()) notes.push(...notesOf(state, object));
    return notes;
  });
  const stray = strayPolicies(state);
  const misfits = [...state.misfits.values()];
  return state.cache.memo('all-object-notes', [own, stray, ...misfits], () => [
    ...own,
    ...stray,
    ...misfits.map(({ object, path, message }) => ({ ...noteOf(object, path, message, 'error'), code: 'not_compiled' as const })),
  ]);
}

/** Policies for a Gateway that has no proxies of its own: the ingress gateway, which serves it, serves others too and does not obey. */
function strayPolicies(state: MeshState): readonly Note[] {
  const policies = ['AuthorizationPolicy', 'RequestAuthentication'].map((kind) =>
    table<AuthorizationPolicy | RequestAuthentication>(state, `security.istio.io/${kind}`),
  );
  const deployed = deployedGateways(state);
  return state.cache.memo('stray-policies', [...policies, deployed], () =>
    policies.flatMap((table) =>
      [...table.values()].flatMap((policy) =>
        (policy.spec?.targetRefs ?? []).flatMap((target, index): Note[] => {
          if (target.kind !== 'Gateway' || deployed.split(',').includes(`${policy.metadata.namespace ?? 'default'}/${target.name}`))
            return [];
          const message = `Gateway ${target.name} has no proxies of its own (pods labelled ${meshLabels.gatewayName}), and the ingress gateway serves others too`;
          return [noteOf(policy, `spec.targetRefs[${index}]`, message, 'error')];
        }),
      ),
    ),
  );
}

function notesOf(state: MeshState, object: KubernetesResource): readonly Note[] {
  const known = checked.get(object);
  if (known !== undefined) return known;
  const notes: Note[] = [];
  try {
    checks[kindKey(object)]?.(state, object, (path, message, severity = 'warning') => notes.push(noteOf(object, path, message, severity)));
  } catch (error) {
    notes.push({
      ...noteOf(object, '', `The object cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'error'),
      code: 'not_compiled',
    });
  }
  checked.set(object, notes);
  return notes;
}

function noteOf(object: KubernetesResource, path: string, message: string, severity: Note['severity']): Note {
  return {
    code: 'no_effect',
    severity,
    object: { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name },
    path,
    message,
  };
}

const checks: Record<string, (state: MeshState, object: KubernetesResource, add: Add) => void> = {
  'networking.istio.io/VirtualService': (_state, object, add) => checkVirtualService(object as VirtualService, add),
  'networking.istio.io/DestinationRule': (state, object, add) => checkDestinationRule(state, object as DestinationRule, add),
  'networking.istio.io/ServiceEntry': (_state, object, add) => checkServiceEntry(object as ServiceEntry, add),
  'networking.istio.io/ProxyConfig': (_state, object, add) => checkProxyConfig(object as ProxyConfig, add),
  'security.istio.io/PeerAuthentication': (state, object, add) => checkPeerAuthentication(state, object as PeerAuthentication, add),
  'security.istio.io/AuthorizationPolicy': (_state, object, add) => checkAuthorizationPolicy(object as AuthorizationPolicy, add),
  'telemetry.istio.io/Telemetry': (state, object, add) => checkTelemetry(state, object as Telemetry, add),
  'networking.istio.io/Sidecar': (_state, object, add) => checkSidecar(object as Sidecar, add),
  'gateway.networking.k8s.io/Gateway': (_state, object, add) => checkKubernetesGateway(object as KubernetesGateway, add),
  'gateway.networking.k8s.io/GatewayClass': (_state, object, add) => checkGatewayClass(object as GatewayClass, add),
  'gateway.networking.k8s.io/HTTPRoute': (_state, object, add) => checkHttpRoute(object as HTTPRoute, add),
};

function checkVirtualService(object: VirtualService, add: Add): void {
  for (const [index, rule] of (object.spec.http ?? []).entries()) {
    const path = `spec.http[${index}]`;
    if (rule.fault?.abort?.http2Error !== undefined) add(`${path}.fault.abort.http2Error`, 'HTTP/2 error codes are not injected');
    if (rule.fault?.delay?.exponentialDelay !== undefined)
      add(`${path}.fault.delay.exponentialDelay`, 'Exponential delays are not injected');
    if (rule.fault?.abort !== undefined && rule.fault.abort.percentage === undefined)
      add(`${path}.fault.abort`, 'Without a percentage the fault never fires');
    if (rule.fault?.delay !== undefined && rule.fault.delay.percentage === undefined && rule.fault.delay.percent === undefined) {
      add(`${path}.fault.delay`, 'Without a percentage the fault never fires');
    }
  }
  for (const [index, rule] of (object.spec.tcp ?? []).entries()) {
    for (const [position, match] of (rule.match ?? []).entries()) {
      if (match.sourceSubnet !== undefined)
        add(`spec.tcp[${index}].match[${position}].sourceSubnet`, 'Connections are not told apart by their source subnet');
    }
  }
}

function checkDestinationRule(state: MeshState, object: DestinationRule, add: Add): void {
  const namespace = object.metadata.namespace ?? 'default';
  const { spec } = object;
  const host = resolveShortName(spec.host ?? '', namespace, state.domain);
  const owner = serviceIndex(state).byHost.get(host)?.[0]?.namespace;
  if (
    owner !== undefined &&
    owner !== namespace &&
    namespace !== state.rootNamespace &&
    (spec.exportTo ?? []).every((target) => target === '*')
  ) {
    add(
      'spec.host',
      `Only clients of namespace ${namespace} use this rule: it is neither of the service's namespace nor of the root namespace`,
      'info',
    );
  }
  const whole = [
    { policy: spec.trafficPolicy, path: 'spec.trafficPolicy' },
    ...(spec.subsets ?? []).map((subset, index) => ({ policy: subset.trafficPolicy, path: `spec.subsets[${index}].trafficPolicy` })),
  ];
  const policies = whole.flatMap(({ policy, path }): { policy: TrafficPolicy; path: string }[] =>
    policy === undefined
      ? []
      : [
          { policy, path },
          ...(policy.portLevelSettings ?? []).map(({ port: _port, ...own }, index) => ({
            policy: own,
            path: `${path}.portLevelSettings[${index}]`,
          })),
        ],
  );
  for (const { policy, path } of policies) {
    if (policy.tls?.credentialName !== undefined && policy.tls.credentialName !== '')
      noteCredential(spec, `${path}.tls.credentialName`, add);
    if (policy.tunnel !== undefined) add(`${path}.tunnel`, 'Connections are not tunnelled');
    if (policy.proxyProtocol !== undefined) add(`${path}.proxyProtocol`, 'The PROXY protocol is not spoken upstream');
    if (policy.loadBalancer?.zoneAwareLbSetting !== undefined)
      add(`${path}.loadBalancer.zoneAwareLbSetting`, 'Zone-aware balancing is not done; localityLbSetting is');
    if (policy.loadBalancer?.simple === 'PASSTHROUGH')
      add(`${path}.loadBalancer.simple`, 'Without transparent capture PASSTHROUGH balances over the endpoints', 'info');
    if (policy.retryBudget?.budgetInterval !== undefined)
      add(`${path}.retryBudget.budgetInterval`, 'The budget counts active requests only', 'info');
  }
}

/** Whom a credential is for: gateways, and sidecars under a rule of their own whose accounts may read Secrets. */
function noteCredential(spec: DestinationRule['spec'], path: string, add: Add): void {
  add(
    path,
    spec.workloadSelector === undefined
      ? 'Gateways alone use it: for sidecars the rule needs a workloadSelector'
      : 'Sidecars are given it when their ServiceAccount may list the Secrets of the namespace',
    'info',
  );
}

function checkServiceEntry(object: ServiceEntry, add: Add): void {
  if (object.spec.resolution === 'DYNAMIC_DNS')
    add('spec.resolution', 'DYNAMIC_DNS works like NONE: the host the client names is dialled', 'info');
}

function checkProxyConfig(object: ProxyConfig, add: Add): void {
  if (object.spec.concurrency !== undefined) add('spec.concurrency', 'A proxy here is one process with one thread');
  if (object.spec.image !== undefined) add('spec.image', 'The proxy is not chosen by image type');
  if (object.spec.environmentVariables !== undefined) add('spec.environmentVariables', 'Takes effect when the pod is made anew', 'info');
}

function checkPeerAuthentication(state: MeshState, object: PeerAuthentication, add: Add): void {
  const selects = Object.keys(object.spec.selector?.matchLabels ?? {}).length > 0;
  if (selects && object.metadata.namespace === state.rootNamespace)
    add('spec.selector', 'Policies with a selector in the root namespace do nothing');
  if (!selects && object.spec.portLevelMtls !== undefined) add('spec.portLevelMtls', 'Port settings need a selector');
}

function checkAuthorizationPolicy(object: AuthorizationPolicy, add: Add): void {
  if (object.spec?.action === 'CUSTOM') add('spec.action', 'External authorization is not asked: the policy decides nothing', 'error');
  for (const [index, target] of (object.spec?.targetRefs ?? []).entries()) {
    if (target.kind === 'Service' || target.kind === 'ServiceEntry')
      add(`spec.targetRefs[${index}]`, 'Policies for services act at waypoints, and there are none');
  }
}

function checkSidecar({ spec }: Sidecar, add: Add): void {
  for (const part of ['egress', 'ingress'] as const) {
    for (const [index, listener] of (spec[part] ?? []).entries()) {
      const { captureMode } = listener;
      if (captureMode !== undefined && captureMode !== 'DEFAULT')
        add(`spec.${part}[${index}].captureMode`, 'How connections are captured is decided for the whole pod', 'info');
    }
  }
}

function checkKubernetesGateway({ spec }: KubernetesGateway, add: Add): void {
  if (spec.infrastructure !== undefined) add('spec.infrastructure', 'No proxies are made for a Gateway: the ingress gateway serves it');
  if (spec.allowedListeners !== undefined) add('spec.allowedListeners', 'ListenerSets are not attached');
  if (spec.tls !== undefined)
    add('spec.tls', "Clients' certificates are asked for by listeners, backends are spoken to as DestinationRules say");
}

function checkGatewayClass({ spec }: GatewayClass, add: Add): void {
  if (spec.parametersRef !== undefined) add('spec.parametersRef', 'A class has no parameters');
}

function checkTelemetry(state: MeshState, object: Telemetry, add: Add): void {
  for (const [index, logging] of (object.spec.accessLogging ?? []).entries()) {
    if (logging.filter?.expression !== undefined && celFilter(logging.filter.expression) === undefined) {
      add(
        `spec.accessLogging[${index}].filter`,
        'The expression is not understood, everything is logged (comparisons of response.code are)',
      );
    }
    noteProviders(state, logging.providers, `spec.accessLogging[${index}].providers`, add);
  }
  for (const index of (object.spec.metrics ?? []).keys())
    add(`spec.metrics[${index}]`, 'Metrics have their standard labels, overrides are not applied');
  for (const [index, tracing] of (object.spec.tracing ?? []).entries()) {
    if (tracing.useRequestIdForTraceSampling === false)
      add(`spec.tracing[${index}].useRequestIdForTraceSampling`, 'The request id always takes part in the choice of traces');
    if (tracing.disableContextPropagation === true)
      add(`spec.tracing[${index}].disableContextPropagation`, 'Trace headers are always sent on');
    for (const [tag, source] of Object.entries(tracing.customTags ?? {})) {
      if (source.formatter !== undefined) add(`spec.tracing[${index}].customTags.${tag}.formatter`, 'Formatters are not evaluated');
    }
  }
}

function noteProviders(state: MeshState, providers: readonly { name: string }[] | undefined, path: string, add: Add): void {
  for (const { name } of providers ?? []) {
    const known = state.mesh.extensionProviders.find((provider) => provider.name === name);
    if (name !== 'envoy' && known === undefined) add(path, `The mesh config has no extension provider ${name}`);
    else if (known !== undefined && known.type !== 'envoyFileAccessLog')
      add(path, `Access logs are written to files only; provider ${name} is left out`);
  }
}

function checkHttpRoute(object: HTTPRoute, add: Add): void {
  for (const [index, rule] of (object.spec.rules ?? []).entries()) {
    if (rule.sessionPersistence !== undefined) add(`spec.rules[${index}].sessionPersistence`, 'Sessions are not kept on one backend');
  }
  if (object.spec.useDefaultGateways !== undefined) add('spec.useDefaultGateways', 'There are no default gateways');
}
