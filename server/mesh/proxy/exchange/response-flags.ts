/** Envoy's response flags as bits, and their short names in Envoy's order of printing. */
export const FLAG = {
  noHealthyUpstream: 1,
  upstreamConnectionFailure: 2,
  upstreamOverflow: 4,
  noRoute: 8,
  retryLimit: 16,
  noCluster: 32,
  durationTimeout: 64,
  downstreamTermination: 128,
  upstreamTimeout: 256,
  localReset: 512,
  upstreamReset: 1024,
  upstreamTermination: 2048,
  delayInjected: 4096,
  faultInjected: 8192,
  rateLimited: 16384,
  unauthorized: 32768,
  streamIdleTimeout: 65536,
  downstreamProtocolError: 131072,
  upstreamProtocolError: 262144,
  maxStreamDuration: 524288,
  dnsFailure: 1048576,
} as const;

const names: readonly (readonly [number, string])[] = [
  [FLAG.noHealthyUpstream, 'UH'],
  [FLAG.upstreamConnectionFailure, 'UF'],
  [FLAG.upstreamOverflow, 'UO'],
  [FLAG.noRoute, 'NR'],
  [FLAG.retryLimit, 'URX'],
  [FLAG.noCluster, 'NC'],
  [FLAG.durationTimeout, 'DT'],
  [FLAG.downstreamTermination, 'DC'],
  [FLAG.upstreamTimeout, 'UT'],
  [FLAG.localReset, 'LR'],
  [FLAG.upstreamReset, 'UR'],
  [FLAG.upstreamTermination, 'UC'],
  [FLAG.delayInjected, 'DI'],
  [FLAG.faultInjected, 'FI'],
  [FLAG.rateLimited, 'RL'],
  [FLAG.unauthorized, 'UAEX'],
  [FLAG.streamIdleTimeout, 'SI'],
  [FLAG.downstreamProtocolError, 'DPE'],
  [FLAG.upstreamProtocolError, 'UPE'],
  [FLAG.maxStreamDuration, 'UMSDR'],
  [FLAG.dnsFailure, 'DF'],
];

const texts = new Map<number, string>([[0, '-']]);

/** `UF,URX`; `-` for none. */
export function flagsText(flags: number): string {
  let text = texts.get(flags);
  if (text === undefined) {
    text = names
      .filter(([bit]) => (flags & bit) !== 0)
      .map(([, name]) => name)
      .join(',');
    texts.set(flags, text);
  }
  return text;
}
