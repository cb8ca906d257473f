import { detectProtocol, isHttp, parseServiceHost } from '@/lib/model';
import type { AuthorizationPolicy } from '@/lib/kinds';
import type { Service } from '@/lib/model';
import { parse } from 'yaml';
import { defineFinding, kindKeys } from '../define-finding';
import type { MeshView } from '../mesh-view';
import { nearestName } from '../nearest-name';
import { serverMode } from '../server-mode';
import { remoteClusterOf } from '../remote-cluster';
import { topics } from '../topics';

type Rule = NonNullable<AuthorizationPolicy['spec']['rules']>[number];
type Source = NonNullable<NonNullable<Rule['from']>[number]['source']>;

const policy = (spec: string) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: viewers, namespace: default }
spec:
${spec
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}`;

function* sourcesOf(object: AuthorizationPolicy): Generator<{ source: Source; path: string }> {
  for (const [index, rule] of (object.spec?.rules ?? []).entries()) {
    for (const [position, { source }] of (rule.from ?? []).entries())
      if (source !== undefined) yield { source, path: `spec.rules[${index}].from[${position}].source` };
  }
}

export const unknownSourceNamespace = defineFinding({
  code: 'HED0211',
  severity: 'warning',
  kiali: 'KIA0101',
  title: 'Source namespace does not exist',
  cause: 'No request comes from a namespace that does not exist, so this source never matches.',
  example: policy('rules: [{ from: [{ source: { namespaces: [shopp] } }] }]'),
  fix: 'Name a namespace that exists.',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, mesh, report) {
    if (!mesh.knowsNamespaces()) return;
    for (const { source, path } of sourcesOf(object)) {
      for (const [index, name] of (source.namespaces ?? []).entries()) {
        if (name.includes('*') || mesh.find(kindKeys.namespace, '', name) !== undefined) continue;
        report(`${path}.namespaces[${index}]`, `There is no namespace ${JSON.stringify(name)}`);
      }
    }
  },
});

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'];

export const unknownMethod = defineFinding({
  code: 'HED0212',
  severity: 'warning',
  kiali: 'KIA0102',
  title: 'Method that HTTP does not have',
  cause: 'Methods are compared letter by letter; one that does not exist (or is written in lower case) never matches. gRPC calls are POST.',
  example: policy('rules: [{ to: [{ operation: { methods: [get] } }] }]'),
  fix: 'Write the method in capitals.',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, _mesh, report) {
    for (const [index, rule] of (object.spec?.rules ?? []).entries()) {
      for (const [position, { operation = {} }] of (rule.to ?? []).entries()) {
        for (const [at, method] of (operation.methods ?? []).entries()) {
          const path = `spec.rules[${index}].to[${position}].operation.methods[${at}]`;
          if (method.includes('*') || methods.includes(method)) continue;
          const near = methods.includes(method.toUpperCase()) ? method.toUpperCase() : undefined;
          const pointer = `/${path.replaceAll('[', '.').replaceAll(']', '').split('.').join('/')}`;
          report(
            path,
            `HTTP has no method ${JSON.stringify(method)}${near === undefined ? '' : `; did you mean ${near}?`}`,
            near === undefined ? {} : { fix: [{ op: 'replace', path: pointer, value: near }] },
          );
        }
      }
    }
  },
});

export const unknownPrincipal = defineFinding({
  code: 'HED0216',
  severity: 'error',
  kiali: 'KIA0106',
  title: 'Principal that no workload has',
  cause:
    'No workload runs under the service account that the principal names, so the source never matches: an ALLOW rule lets nobody in, a DENY rule keeps nobody out.',
  example: policy('rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/productpag] } }] }]'),
  fix: 'Name the service account of the client: `<trust domain>/ns/<namespace>/sa/<account>`.',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, mesh, report) {
    for (const { source, path } of sourcesOf(object)) {
      for (const [index, principal] of (source.principals ?? []).entries()) {
        const at = `${path}.principals[${index}]`;
        if (principal.includes('*')) continue;
        if (principal.startsWith('spiffe://')) {
          report(at, 'Principals are written without spiffe://');
          continue;
        }
        const named = accountOf(principal);
        if (named === undefined) {
          report(at, `${JSON.stringify(principal)} is not of the form <trust domain>/ns/<namespace>/sa/<account>: it never matches`);
          continue;
        }
        const { namespace, account } = named;
        if (!knowsWorkloads(mesh, namespace) || exists(mesh, namespace, account) || isRemote(mesh, namespace, account)) continue;
        const accounts = mesh.workloads(namespace, undefined).map((workload) => workload.serviceAccount);
        const near = nearestName(account, accounts);
        report(
          at,
          `No workload of namespace ${namespace} runs under the service account ${JSON.stringify(account)}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
        );
      }
    }
  },
});

/** The service account that a principal names. */
function accountOf(principal: string): { namespace: string; account: string } | undefined {
  const [, namespace, account] = /^[^/]+\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal) ?? [];
  return namespace === undefined || account === undefined ? undefined : { namespace, account };
}

export const remotePrincipal = defineFinding({
  code: 'HED0217',
  severity: 'info',
  kiali: 'KIA0107',
  title: 'Principal that only another cluster has',
  cause:
    'The service account that the principal names is in another cluster of the mesh and not in this one. That is right for callers from there; it is a slip when a caller of this cluster was meant.',
  example: `apiVersion: v1
kind: ServiceAccount
metadata: { name: buyer, namespace: default, annotations: { heddle.dev/cluster: west } }
---
${policy('rules: [{ from: [{ source: { principals: [cluster.local/ns/default/sa/buyer] } }] }]')}`,
  fix: 'Nothing, if callers of that cluster are meant.',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, mesh, report) {
    for (const { source, path } of sourcesOf(object)) {
      for (const [index, principal] of (source.principals ?? []).entries()) {
        const named = accountOf(principal);
        if (named === undefined || principal.includes('*') || exists(mesh, named.namespace, named.account)) continue;
        const clusters = mesh
          .list(topics.remote(kindKeys.serviceAccount, named.namespace, named.account))
          .flatMap((one) => remoteClusterOf(one) ?? []);
        if (clusters.length > 0)
          report(
            `${path}.principals[${index}]`,
            `The service account ${JSON.stringify(named.account)} of namespace ${named.namespace} is in cluster ${clusters.join(', ')} only`,
          );
      }
    }
  },
});

function isRemote(mesh: MeshView, namespace: string, account: string): boolean {
  return mesh.has(topics.remote(kindKeys.serviceAccount, namespace, account));
}

function knowsWorkloads(mesh: MeshView, namespace: string): boolean {
  return mesh.settings.complete ? mesh.has(topics.kind(kindKeys.pod)) : mesh.has(topics.workloadIn(namespace));
}

function exists(mesh: MeshView, namespace: string, account: string): boolean {
  return mesh.has(topics.account(namespace, account)) || mesh.find(kindKeys.serviceAccount, namespace, account) !== undefined;
}

export const identityWithoutMutualTls = defineFinding({
  code: 'HED0215',
  severity: 'error',
  kiali: 'KIA0105',
  title: 'Policy asks for an identity that plaintext has not',
  cause:
    'Principals, namespaces and service accounts of a source are known by mutual TLS only, which is turned off for the workloads of the policy. An ALLOW rule lets nobody in, a DENY rule keeps nobody out.',
  example: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: DISABLE } }
---
${policy('rules: [{ from: [{ source: { namespaces: [shop] } }] }]')}`,
  fix: 'Set the PeerAuthentication of the workloads to STRICT (or PERMISSIVE).',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, mesh, report) {
    const namespace = object.metadata.namespace ?? '';
    if (namespace === mesh.settings.rootNamespace) return;
    const { mode, policy: found } = serverMode(mesh, namespace, object.spec?.selector?.matchLabels ?? {}, undefined);
    if (mode !== 'DISABLE') return;
    const related = found === undefined ? [] : [{ kind: found.kind, namespace: found.metadata.namespace ?? '', name: found.metadata.name }];
    for (const { source, path } of sourcesOf(object)) {
      const field = (['principals', 'namespaces', 'serviceAccounts', 'notPrincipals', 'notNamespaces'] as const).find(
        (one) => source[one] !== undefined,
      );
      if (field !== undefined)
        report(`${path}.${field}`, `Mutual TLS is turned off for these workloads: ${field} of a source are never known`, { related });
    }
  },
});

export const unknownPolicyHost = defineFinding({
  code: 'HED0214',
  severity: 'warning',
  kiali: 'KIA0104',
  title: 'Policy for a host that does not exist',
  cause:
    'The host looks like a service of the mesh and there is none, so the operation matches no request that clients send by service name.',
  example: policy('rules: [{ to: [{ operation: { hosts: [revievs.default.svc.cluster.local] } }] }]'),
  fix: 'Correct the host. Note that hosts are compared with what the client sends, which may have a port.',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, mesh, report) {
    for (const [index, rule] of (object.spec?.rules ?? []).entries()) {
      for (const [position, { operation = {} }] of (rule.to ?? []).entries()) {
        for (const [at, host] of (operation.hosts ?? []).entries()) {
          const service = parseServiceHost(host, mesh.settings.domain);
          if (service === undefined || host.includes('*') || !mesh.knows(service.namespace) || mesh.services(host).length > 0) continue;
          report(
            `spec.rules[${index}].to[${position}].operation.hosts[${at}]`,
            `There is no service ${JSON.stringify(service.name)} in namespace ${service.namespace}`,
          );
        }
      }
    }
  },
});

/** Whether a rule matches HTTP requests only: a TCP connection has nothing of what it asks for. */
function asksHttp(rule: Rule): boolean {
  const operations = (rule.to ?? []).map(({ operation = {} }) => operation);
  if (operations.some((one) => one.ports !== undefined) || (rule.when ?? []).some(({ key }) => key === 'destination.port')) return false;
  const byOperation =
    operations.length > 0 && operations.every((one) => Object.keys(one).some((field) => !['ports', 'notPorts'].includes(field)));
  const bySource = (rule.from ?? []).length > 0 && (rule.from ?? []).every(({ source = {} }) => source.requestPrincipals !== undefined);
  return byOperation || bySource || (rule.when ?? []).some(({ key }) => key.startsWith('request.'));
}

export const deniesTcp = defineFinding({
  code: 'HED0332',
  severity: 'warning',
  istio: 'IST0133',
  title: 'ALLOW rules for HTTP close the TCP ports',
  cause:
    'An ALLOW policy denies what none of its rules matches. Rules that ask for paths, methods or headers match no TCP connection, so the TCP ports of the workloads accept nobody.',
  example: `# the workload also serves port 9000 (tcp)
${policy('selector: { matchLabels: { app: echo } }\nrules: [{ to: [{ operation: { methods: [GET] } }] }]')}`,
  fix: 'Add a rule with the TCP ports (`to: [{ operation: { ports: ["9000"] } }]`).',
  kinds: [kindKeys.authorizationPolicy],
  check(object: AuthorizationPolicy, mesh, report) {
    const { action = 'ALLOW', rules = [], selector } = object.spec ?? {};
    const namespace = object.metadata.namespace ?? '';
    if (action !== 'ALLOW' || rules.length === 0 || !rules.every(asksHttp) || namespace === mesh.settings.rootNamespace) return;
    const labels = selector?.matchLabels;
    const services =
      labels === undefined
        ? mesh.list<Service>(topics.serviceIn(namespace))
        : mesh
            .servicesOver(namespace, mesh.workloads(namespace, labels)[0]?.labels ?? {})
            .map(({ object: name }) => mesh.find<Service>(kindKeys.service, namespace, name.name));
    const tcp = services.flatMap((service) =>
      (service?.spec.ports ?? []).filter(
        (port) => !isHttp(detectProtocol(port)) && detectProtocol(port) !== 'Unsupported' && port.protocol !== 'UDP',
      ),
    );
    if (tcp.length > 0)
      report(
        'spec.rules',
        `configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in an ALLOW rule; it is recommended to explicitly specify the port (here: ${tcp.map((port) => port.port).join(', ')})`,
      );
  },
});

interface Providers {
  extensionProviders?: { name?: string }[];
}

/** Names of the extension providers in the mesh config; `undefined` when it is not known. */
function providersOf(mesh: MeshView): Set<string> | undefined {
  const text = mesh.meshConfig();
  if (text === undefined) return undefined;
  try {
    return new Set(((parse(text) as Providers | null)?.extensionProviders ?? []).flatMap((one) => one.name ?? []));
  } catch {
    return undefined;
  }
}

export const unknownProvider = defineFinding({
  code: 'HED0157',
  severity: 'warning',
  istio: 'IST0157',
  title: 'Provider that the mesh config does not have',
  cause:
    'Providers of external authorization, tracing and logging are defined in the mesh config. A policy with an unknown CUSTOM provider denies every request; telemetry for an unknown provider goes nowhere.',
  example: policy('action: CUSTOM\nprovider: { name: opa }\nrules: [{}]'),
  fix: 'Add the provider to extensionProviders of the mesh config, or name one that is there.',
  kinds: [kindKeys.authorizationPolicy, kindKeys.telemetry],
  check(object, mesh, report) {
    const known = providersOf(mesh);
    if (known === undefined) return;
    type Named = { providers?: { name: string }[] };
    const spec =
      (object as { spec?: { provider?: { name?: string }; tracing?: Named[]; metrics?: Named[]; accessLogging?: Named[] } }).spec ?? {};
    const built = new Set(['envoy', 'prometheus', 'stackdriver']);
    if (spec.provider?.name !== undefined && spec.provider.name !== '' && !known.has(spec.provider.name))
      report(
        'spec.provider.name',
        `The mesh config has no extension provider ${JSON.stringify(spec.provider.name)}: every request is denied`,
        { severity: 'error' },
      );
    for (const field of ['tracing', 'metrics', 'accessLogging'] as const) {
      for (const [index, one] of (spec[field] ?? []).entries()) {
        for (const [position, { name }] of (one.providers ?? []).entries())
          if (!known.has(name) && !built.has(name))
            report(
              `spec.${field}[${index}].providers[${position}].name`,
              `The mesh config has no extension provider ${JSON.stringify(name)}`,
            );
      }
    }
  },
});
