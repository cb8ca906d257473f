import type { MeshState } from './mesh-state';

export interface StandIn {
  address: string;
  port: number;
}

/** Where the stand-in of an outside host listens for a port, if the mesh has one (CONTRACTS §1, `external-hosts.yaml`). */
export function standInFor(state: MeshState, host: string, port: number): StandIn | undefined {
  const entry = state.externalHosts[host];
  if (entry === undefined) return undefined;
  if (typeof entry !== 'string') {
    const text = entry[String(port)];
    return text === undefined ? undefined : parseStandIn(text, port);
  }
  return parseStandIn(entry, port);
}

function parseStandIn(text: string, port: number): StandIn {
  const colon = text.lastIndexOf(':');
  if (colon === -1 || text.indexOf(':') !== colon) return { address: text, port };
  return { address: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

/** The ports a host has stand-ins for. A bare address stands for 80 and 443; `ip:port` too, both on that port. */
export function standInPorts(state: MeshState, host: string): readonly number[] {
  const entry = state.externalHosts[host];
  if (entry === undefined) return [];
  return typeof entry === 'string' ? [80, 443] : Object.keys(entry).map(Number).filter(Number.isInteger);
}
