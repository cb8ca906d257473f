import { addressesOfPodIp } from '@/lib/model';
import { podNames } from '../generate';
import type { PodName } from '../generate';
import type { World } from '../mesh/build-world';
import type { LogLine, Observation, SeenRequest } from '../wire';

/** What a wire did with a request, without addresses and times: what two wires are compared by. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: readonly string[];
  readonly client: Omit<LogLine, 'agent' | 'address'> | null;
  readonly servers: readonly string[];
  /** Tries at applications, and copies. */
  readonly seen: readonly Seen[];
  readonly mirrored: readonly Seen[];
}

export interface Seen {
  readonly pod: PodName;
  readonly line: string;
  readonly headers: readonly string[];
}

/** Headers that say when, or that are names of this one request. */
const volatileReply = new Set(['date', 'x-envoy-upstream-service-time', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']);
const volatileRequest = new Set(['x-request-id', 'user-agent', 'content-length', 'transfer-encoding', 'connection']);

export function describeAnswer(world: World, observation: Observation): Answer {
  const { reply, seen, mirrored, client, servers } = observation;
  return anonymise(world, {
    status: reply.status,
    // Why a handshake failed is told in the words of the TLS library.
    body: withoutReason(reply.body),
    headers: reply.headers
      .filter(([name]) => !volatileReply.has(name))
      .map(([name, value]) => `${name}: ${withoutReason(value)}`)
      .sort(),
    client: client === null ? null : lineOf(client),
    servers: servers.map((line) => `${line.status} ${sortedFlags(line.flags)} ${plainDetails(line.details)}`).sort(),
    seen: seen.map(seenOf),
    // Copies race with each other.
    mirrored: mirrored.map(seenOf).sort((left, right) => (left.line < right.line ? -1 : 1)),
  });
}

function lineOf({ status, flags, details, cluster, route }: LogLine): Omit<LogLine, 'agent' | 'address'> {
  return { status, flags: sortedFlags(flags), details: plainDetails(details), cluster: plainName(cluster), route };
}

function withoutReason(text: string): string {
  // Cookies of hashing balancers are random.
  return text.replace(/, transport failure reason: .*/s, '').replace(/^stick="[^"]*"/, 'stick=…');
}

function sortedFlags(flags: string): string {
  return flags.split(',').sort().join(',');
}

/** Details without what differs from library to library. */
function plainDetails(details: string): string {
  return details.startsWith('upstream_reset') ? details.replace(/\|.*$/, '') : details;
}

/** A cluster's name without what tells the worlds apart. */
export function plainName(cluster: string): string {
  const at = cluster.lastIndexOf('#');
  return at === -1 ? cluster : cluster.slice(0, at);
}

function seenOf({ pod, port, method, path, host, headers, tls }: SeenRequest): Seen {
  const secured = tls === undefined ? '' : ` tls(${tls.serverName}; ${tls.client})`;
  return {
    pod,
    line: `${method} ${path} host ${host} port ${port}${secured}`,
    headers: headers
      .filter(([name]) => !volatileRequest.has(name) && name !== 'host')
      .map(([name, value]) => `${name}: ${value}`)
      .sort(),
  };
}

/** Puts names in the place of the world's addresses. */
function anonymise<T>(world: World, value: T): T {
  let text = JSON.stringify(value);
  for (const name of podNames) {
    const addresses = addressesOfPodIp(world.ip(name));
    for (const address of [addresses?.podIp, addresses?.appIp, addresses?.outboundIp]) {
      if (address !== undefined)
        text = text.replaceAll(new RegExp(`(?<![\\d.])${address.replaceAll('.', '\\.')}(?![\\d])`, 'g'), `{${name}}`);
    }
  }
  return JSON.parse(text.replaceAll(/#(?:heddle|envoy)\d+\.[a-z0-9-]+/g, '')) as T;
}
