import type { KubernetesObject } from './define-kind';

/** What a value at a path names. */
export type ReferenceRole =
  | 'host'
  | 'destination'
  | 'gateway'
  | 'secret'
  | 'namespace'
  | 'serviceAccount'
  | 'labels'
  | 'meshLabels'
  | 'delegate'
  | 'parent'
  | 'backend'
  | 'target'
  | 'gatewayClass';

/** Where an object names others: path (`http[].route[].destination`, `{}` for any field of a map) to role. */
export type ReferenceTable = Readonly<Record<string, ReferenceRole>>;

/** Something an object needs or speaks of. `path` starts at `spec`. */
export type Reference = { path: string } & (
  | { to: 'host'; host: string; namespace: string; subset?: string; port?: number }
  | { to: 'object'; group: string; kind: string; namespace: string; name: string; section?: string }
  /** Pods with all the labels; of every namespace for `*`. */
  | { to: 'workloads'; namespace: string; labels: Record<string, string> }
  | { to: 'namespace'; namespace: string }
);

interface Found {
  path: string;
  value: unknown;
}

/** The values at a path pattern, with the path of each. */
function valuesAt(value: unknown, path: string, parts: readonly string[]): Found[] {
  const [part, ...rest] = parts;
  if (part === undefined) return value === undefined || value === null ? [] : [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  if (part === '[]') return Array.isArray(value) ? value.flatMap((item, index) => valuesAt(item, `${path}[${index}]`, rest)) : [];
  if (part === '{}') return Object.entries(value).flatMap(([name, one]) => valuesAt(one, `${path}[${JSON.stringify(name)}]`, rest));
  return valuesAt((value as Record<string, unknown>)[part], `${path}.${part}`, rest);
}

function text(value: unknown, name: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Everything an object names, by the table of its kind. Cluster-wide kinds have an empty namespace. */
export function readReferences(object: KubernetesObject, table: ReferenceTable, rootNamespace = 'istio-system'): Reference[] {
  const namespace = object.metadata.namespace ?? '';
  return Object.entries(table).flatMap(([pattern, role]) =>
    valuesAt(object.spec, 'spec', pattern.split(/\.|(?=\[\])|(?=\{\})/)).flatMap(({ path, value }) =>
      referencesOf(role, path, value, namespace, rootNamespace),
    ),
  );
}

function referencesOf(role: ReferenceRole, path: string, value: unknown, namespace: string, rootNamespace: string): Reference[] {
  const name = typeof value === 'string' ? value : text(value, 'name');
  switch (role) {
    case 'host':
      return typeof value === 'string' && value !== '' ? [{ path, to: 'host', ...hostOf(value, namespace) }] : [];
    case 'destination': {
      const host = text(value, 'host');
      if (host === undefined) return [];
      const subset = text(value, 'subset');
      const port = (value as { port?: { number?: unknown } }).port?.number;
      return [
        {
          path,
          to: 'host',
          host,
          namespace,
          ...(subset === undefined ? {} : { subset }),
          ...(typeof port === 'number' ? { port } : {}),
        },
      ];
    }
    case 'gateway':
      if (name === undefined || name === 'mesh') return [];
      return [{ path, to: 'object', group: 'networking.istio.io', kind: 'Gateway', ...qualified(name, namespace) }];
    case 'secret':
    case 'serviceAccount': {
      if (name === undefined) return [];
      const kind = role === 'secret' ? 'Secret' : 'ServiceAccount';
      const named = role === 'secret' ? { namespace: text(value, 'namespace') ?? namespace, name } : qualified(name, namespace);
      return [{ path, to: 'object', group: '', kind, ...named }];
    }
    case 'gatewayClass':
      return name === undefined
        ? []
        : [{ path, to: 'object', group: 'gateway.networking.k8s.io', kind: 'GatewayClass', namespace: '', name }];
    case 'delegate':
      return name === undefined
        ? []
        : [
            {
              path,
              to: 'object',
              group: 'networking.istio.io',
              kind: 'VirtualService',
              namespace: text(value, 'namespace') ?? namespace,
              name,
            },
          ];
    case 'parent':
    case 'backend':
    case 'target':
      return name === undefined ? [] : [objectReference(role, path, value, name, namespace)];
    case 'namespace':
      return typeof value === 'string' && !/[*~.]/.test(value) ? [{ path, to: 'namespace', namespace: value }] : [];
    case 'labels':
    case 'meshLabels': {
      if (typeof value !== 'object' || value === null) return [];
      // A policy of the root namespace selects pods of the whole mesh; so does a Gateway's selector.
      const everywhere = role === 'meshLabels' || namespace === rootNamespace;
      return [{ path, to: 'workloads', namespace: everywhere ? '*' : namespace, labels: value as Record<string, string> }];
    }
  }
}

/** A host that may be written `namespace/host`, as Sidecars and servers of Gateways do. */
function hostOf(written: string, namespace: string): { host: string; namespace: string } {
  const slash = written.indexOf('/');
  if (slash < 0) return { host: written, namespace };
  const space = written.slice(0, slash);
  return { host: written.slice(slash + 1), namespace: space === '.' || space === '*' || space === '~' ? namespace : space };
}

/** A name that may be written `namespace/name`, or in the old form `name.namespace…`. */
function qualified(written: string, namespace: string): { namespace: string; name: string } {
  const slash = written.indexOf('/');
  if (slash >= 0) {
    const space = written.slice(0, slash);
    return { namespace: space === '.' ? namespace : space, name: written.slice(slash + 1) };
  }
  const [name = written, space] = written.split('.');
  return { namespace: space ?? namespace, name };
}

function objectReference(role: 'parent' | 'backend' | 'target', path: string, value: unknown, name: string, own: string): Reference {
  const namespace = text(value, 'namespace') ?? own;
  const kind = text(value, 'kind') ?? (role === 'parent' ? 'Gateway' : 'Service');
  const given = typeof value === 'object' && value !== null ? (value as { group?: unknown; port?: unknown }) : {};
  const group = typeof given.group === 'string' ? given.group : role === 'parent' ? 'gateway.networking.k8s.io' : '';
  if (kind === 'Service' && role === 'backend') {
    return { path, to: 'host', host: name, namespace, ...(typeof given.port === 'number' ? { port: given.port } : {}) };
  }
  const section = text(value, 'sectionName');
  return { path, to: 'object', group, kind, namespace, name, ...(section === undefined ? {} : { section }) };
}
