import type { CompiledVirtualHost, HostsOfLength, RouteTable } from './route-table';

export type HostMatchKind = 'exact' | 'suffix wildcard' | 'prefix wildcard' | 'catch-all';

let lastTable: RouteTable | null = null;
let lastAuthority = '';
let lastHost: CompiledVirtualHost | null = null;

/** The virtual host of an authority: exact, else the longest `*.suffix`, else the longest `prefix.*`, else `*`; null when none fits. */
export function findVirtualHost(table: RouteTable, authority: string): CompiledVirtualHost | null {
  // Requests to one host come in rows, and comparing two texts costs less than hashing one. Tables do not change.
  if (table !== lastTable || authority !== lastAuthority) {
    lastHost = searchVirtualHost(table, authority);
    lastTable = table;
    lastAuthority = authority;
  }
  return lastHost;
}

function searchVirtualHost(table: RouteTable, authority: string): CompiledVirtualHost | null {
  if (authority === '') return isCatchAllOnly(table) ? table.defaultHost : null;
  const host = plainHost(table, authority);
  const exact = table.exactHosts.get(host);
  if (exact !== undefined) return exact;
  return findWildcard(table.suffixHosts, host, true) ?? findWildcard(table.prefixHosts, host, false) ?? table.defaultHost;
}

/** How `findVirtualHost` came to its answer. */
export function explainVirtualHost(
  table: RouteTable,
  authority: string,
): { host: CompiledVirtualHost; kind: HostMatchKind; domain: string } | null {
  const found = findVirtualHost(table, authority);
  if (found === null) return null;
  const host = authority === '' ? '' : plainHost(table, authority);
  if (table.exactHosts.get(host) === found) return { host: found, kind: 'exact', domain: host };
  for (const group of table.suffixHosts) {
    const suffix = host.slice(host.length - group.length);
    if (host.length > group.length && group.hosts.get(suffix) === found)
      return { host: found, kind: 'suffix wildcard', domain: `*${suffix}` };
  }
  for (const group of table.prefixHosts) {
    const prefix = host.slice(0, group.length);
    if (host.length > group.length && group.hosts.get(prefix) === found)
      return { host: found, kind: 'prefix wildcard', domain: `${prefix}*` };
  }
  return { host: found, kind: 'catch-all', domain: '*' };
}

function isCatchAllOnly(table: RouteTable): boolean {
  return table.exactHosts.size === 0 && table.suffixHosts.length === 0 && table.prefixHosts.length === 0;
}

/** Lower case; without its port where ports do not count. */
function plainHost(table: RouteTable, authority: string): string {
  let host = authority;
  for (let at = 0; at < host.length; at++) {
    const code = host.charCodeAt(at);
    if (code >= 65 && code <= 90) {
      host = host.toLowerCase();
      break;
    }
  }
  return table.ignorePort ? stripPort(host) : host;
}

function stripPort(host: string): string {
  let at = host.length - 1;
  while (at >= 0 && host.charCodeAt(at) >= 48 && host.charCodeAt(at) <= 57) at--;
  return at >= 0 && at < host.length - 1 && host.charCodeAt(at) === 58 ? host.slice(0, at) : host;
}

function findWildcard(groups: readonly HostsOfLength[], host: string, fromEnd: boolean): CompiledVirtualHost | null {
  for (let at = 0; at < groups.length; at++) {
    const group = groups[at];
    // The star stands for at least one character.
    if (group === undefined || group.length >= host.length) continue;
    const part = fromEnd ? host.slice(host.length - group.length) : host.slice(0, group.length);
    const found = group.hosts.get(part);
    if (found !== undefined) return found;
  }
  return null;
}
