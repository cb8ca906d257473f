import type { RouteConfiguration, VirtualHost } from '@/lib/xds';
import { HeddleError } from '@/lib/errors';
import { redirectToHttps } from './build-redirect';
import { compileRoute } from './compile-route';
import { indexRoutes } from './index-routes';
import { listRequestHeaders } from './list-request-headers';
import { readProvenance } from './read-values';
import type { CompiledRoute, CompiledVirtualHost, Decision, HostsOfLength, RouteTable } from './route-table';
import { noFilterOverrides } from './compile-filter-overrides';

/**
 * Compiles a route configuration into an immutable table. Throws `invalid_config` (what Envoy would reject too): a domain that two
 * virtual hosts claim, weights that sum up to 0, a regular expression that is not RE2.
 */
export function compileRouteConfiguration(configuration: RouteConfiguration): RouteTable {
  const exactHosts = new Map<string, CompiledVirtualHost>();
  const suffixes = new Map<string, CompiledVirtualHost>();
  const prefixes = new Map<string, CompiledVirtualHost>();
  let defaultHost: CompiledVirtualHost | null = null;
  const virtualHosts: CompiledVirtualHost[] = [];
  for (const host of configuration.virtual_hosts ?? []) {
    const compiled = compileVirtualHost(host, configuration);
    virtualHosts.push(compiled);
    for (const written of host.domains) {
      const domain = written.toLowerCase();
      const isTaken =
        domain === '*'
          ? defaultHost !== null
          : domain.startsWith('*')
            ? !addOnce(suffixes, domain.slice(1), compiled)
            : domain.endsWith('*')
              ? !addOnce(prefixes, domain.slice(0, -1), compiled)
              : !addOnce(exactHosts, domain, compiled);
      if (isTaken) {
        throw new HeddleError('invalid_config', `Route configuration ${configuration.name}: the domain ${written} appears twice.`, {
          hint: 'Every domain belongs to one virtual host.',
        });
      }
      if (domain === '*') defaultHost = compiled;
    }
  }
  return {
    name: configuration.name,
    exactHosts,
    suffixHosts: groupByLength(suffixes),
    prefixHosts: groupByLength(prefixes),
    defaultHost,
    ignorePort: configuration.ignore_port_in_host_matching ?? false,
    ignorePathParameters: configuration.ignore_path_parameters_in_path_matching ?? false,
    virtualHosts,
    headerNames: listRequestHeaders(virtualHosts),
  };
}

function compileVirtualHost(host: VirtualHost, configuration: RouteConfiguration): CompiledVirtualHost {
  const routes: CompiledRoute[] = [];
  const needsTls = host.require_tls !== undefined && host.require_tls !== 'NONE';
  const compiled: { -readonly [Key in keyof CompiledVirtualHost]: CompiledVirtualHost[Key] } = {
    name: host.name,
    domains: host.domains,
    routes,
    index: null,
    tlsRedirect: null,
    includeAttemptCount: host.include_request_attempt_count ?? false,
    includeAttemptCountInResponse: host.include_attempt_count_in_response ?? false,
    provenance: readProvenance(host.metadata),
    source: host,
  };
  if (needsTls) compiled.tlsRedirect = makeTlsRedirect(compiled);
  for (const [index, route] of (host.routes ?? []).entries()) {
    routes.push(compileRoute(route, index, { configuration, host, compiledHost: compiled }));
  }
  compiled.index = indexRoutes(routes);
  return compiled;
}

function makeTlsRedirect(virtualHost: CompiledVirtualHost): Decision {
  return { ...makeEmptyDecision('redirect', virtualHost), redirect: redirectToHttps };
}

/** A decision without a route. */
export function makeEmptyDecision(kind: Decision['kind'], virtualHost: CompiledVirtualHost | null): Decision {
  return {
    kind,
    virtualHost,
    route: null,
    cluster: '',
    clusterHeader: null,
    weight: 100,
    percent: 100,
    clusterHost: null,
    hostRewrite: null,
    requestMutations: [],
    responseMutations: [],
    filters: noFilterOverrides,
    metadataMatch: null,
    redirect: null,
    directResponse: null,
    provenance: virtualHost?.provenance ?? null,
    binding: null,
  };
}

function addOnce(hosts: Map<string, CompiledVirtualHost>, domain: string, host: CompiledVirtualHost): boolean {
  if (hosts.has(domain)) return false;
  hosts.set(domain, host);
  return true;
}

function groupByLength(hosts: ReadonlyMap<string, CompiledVirtualHost>): HostsOfLength[] {
  const groups = new Map<number, Map<string, CompiledVirtualHost>>();
  for (const [text, host] of hosts) {
    const group = groups.get(text.length) ?? new Map<string, CompiledVirtualHost>();
    groups.set(text.length, group.set(text, host));
  }
  return [...groups].map(([length, group]) => ({ length, hosts: group })).sort((a, b) => b.length - a.length);
}
