import type { CompiledChainMatch, CompiledFilterChain, CompiledListener, CompiledTcpProxy } from './compile-listener';
import type { IpAddress, IpRange } from '@/lib/model';
import { isInRange } from '@/lib/model';
import type { Random } from './routing-request';

/** What is known of a new connection once its first bytes have been looked at. */
export interface NewConnection {
  readonly destinationIp: IpAddress | null;
  readonly destinationPort: number;
  /** SNI; empty without. */
  readonly serverName: string;
  readonly transportProtocol: 'tls' | 'raw_buffer';
  /** ALPN of the client hello, or what the HTTP inspector found (`http/1.0`, `http/1.1`, `h2c`). */
  readonly applicationProtocols: readonly string[];
  readonly directSourceIp: IpAddress | null;
  readonly sourceIp: IpAddress | null;
  readonly sourcePort: number;
}

/** How specifically a chain fits one criterion: null not at all, 0 it has no such criterion, more is more specific. */
type Rank = (match: CompiledChainMatch, connection: NewConnection) => number | null;

/**
 * Envoy's order of criteria. At each step the chains with the most specific fit go on and the others are out for good: there is no way
 * back to a less specific chain when a later criterion fails.
 */
const criteria: readonly { readonly name: string; readonly rank: Rank }[] = [
  { name: 'destination port', rank: (match, at) => rankEqual(match.destinationPort, 0, at.destinationPort) },
  { name: 'destination address', rank: (match, at) => rankRanges(match.destinationRanges, at.destinationIp) },
  { name: 'server name', rank: (match, at) => rankServerName(match.serverNames, at.serverName.toLowerCase()) },
  { name: 'transport protocol', rank: (match, at) => rankEqual(match.transportProtocol, '', at.transportProtocol) },
  { name: 'application protocol', rank: (match, at) => rankApplicationProtocol(match.applicationProtocols, at.applicationProtocols) },
  { name: 'direct source address', rank: (match, at) => rankRanges(match.directSourceRanges, at.directSourceIp) },
  { name: 'source type', rank: rankSourceType },
  { name: 'source address', rank: (match, at) => rankRanges(match.sourceRanges, at.sourceIp) },
  { name: 'source port', rank: (match, at) => (match.sourcePorts.length === 0 ? 0 : match.sourcePorts.includes(at.sourcePort) ? 1 : null) },
];

/** The filter chain for a connection; null when even the default one is missing (the connection is then closed). */
export function chooseFilterChain(listener: CompiledListener, connection: NewConnection): CompiledFilterChain | null {
  let chains = listener.chains;
  for (const { rank } of criteria) chains = mostSpecific(chains, (chain) => rank(chain.match, connection));
  return chains[0] ?? listener.defaultChain;
}

/** The choice in words: what each step left. */
export function explainFilterChain(
  listener: CompiledListener,
  connection: NewConnection,
): { chain: CompiledFilterChain | null; dropped: { chain: string; failed: string }[] } {
  let chains = listener.chains;
  const dropped: { chain: string; failed: string }[] = [];
  for (const { name, rank } of criteria) {
    const left = mostSpecific(chains, (chain) => rank(chain.match, connection));
    for (const chain of chains) if (!left.includes(chain)) dropped.push({ chain: chain.name, failed: name });
    chains = left;
  }
  return { chain: chains[0] ?? listener.defaultChain, dropped };
}

function mostSpecific(
  chains: readonly CompiledFilterChain[],
  rank: (chain: CompiledFilterChain) => number | null,
): readonly CompiledFilterChain[] {
  let best = -1;
  let found: CompiledFilterChain[] = [];
  for (const chain of chains) {
    const own = rank(chain);
    if (own === null || own < best) continue;
    if (own > best) found = [];
    best = own;
    found.push(chain);
  }
  return found;
}

function rankEqual<Value>(wanted: Value, any: Value, actual: Value): number | null {
  if (wanted === any) return 0;
  return wanted === actual ? 1 : null;
}

function rankRanges(ranges: readonly IpRange[], address: IpAddress | null): number | null {
  if (ranges.length === 0) return 0;
  let best: number | null = null;
  for (const range of ranges) {
    if (address !== null && isInRange(range, address)) best = Math.max(best ?? 0, range.prefixLength + 1);
  }
  return best;
}

function rankServerName(names: readonly string[], serverName: string): number | null {
  if (names.length === 0) return 0;
  let best: number | null = null;
  for (const name of names) {
    if (name === '') return Math.max(best ?? 0, 1);
    if (name === serverName) return Infinity;
    if (name.startsWith('.') && serverName.length > name.length && serverName.endsWith(name)) best = Math.max(best ?? 0, name.length);
  }
  return best;
}

/** The client's first protocol that any chain knows decides; earlier ones rank higher. */
function rankApplicationProtocol(wanted: readonly string[], offered: readonly string[]): number | null {
  if (wanted.length === 0) return 0;
  const at = offered.findIndex((protocol) => wanted.includes(protocol));
  return at === -1 ? null : offered.length - at;
}

function rankSourceType(match: CompiledChainMatch, connection: NewConnection): number | null {
  if (match.sourceType === 'ANY') return 0;
  const source = connection.sourceIp;
  const isLocal =
    source !== null && (isLoopback(source) || (connection.destinationIp !== null && source.text === connection.destinationIp.text));
  return (match.sourceType === 'SAME_IP_OR_LOOPBACK') === isLocal ? 1 : null;
}

function isLoopback(address: IpAddress): boolean {
  return address.words.length === 1 ? (address.words[0] ?? 0) >>> 24 === 127 : address.text === '::1';
}

/** Draws the cluster of a TCP connection by weight. */
export function chooseTcpCluster(proxy: CompiledTcpProxy, random: Random): string {
  let point = proxy.clusters.length > 1 ? Math.floor(random() * proxy.totalWeight) : 0;
  for (const cluster of proxy.clusters) {
    point -= cluster.weight;
    if (point < 0) return cluster.name;
  }
  return proxy.clusters[0]?.name ?? '';
}
