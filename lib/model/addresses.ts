import { HeddleError } from '@/lib/errors';

/** Where the three addresses of a pod are, one per listener of it (CONTRACTS §1). */
export interface PodAddresses {
  /** The sidecar's inbound address, `127.64.x.y`: what peers see as the pod. */
  podIp: string;
  /** The application's address behind its sidecar, `127.128.x.y`. */
  appIp: string;
  /** The sidecar's outbound address, `127.192.x.y`. */
  outboundIp: string;
}

const podNetwork = '127.64.';
const appNetwork = '127.128.';
const outboundNetwork = '127.192.';

/** What every ClusterIP begins with. */
export const CLUSTER_IP_PREFIX = '127.96.';
/** Where NodePorts, gateways and the control plane listen. */
export const HOST_IP = '127.0.0.1';

/** Ports a sidecar uses for itself, none of them for an application (Istio's numbers). */
export const proxyPorts = {
  admin: 15000,
  outboundHttpProxy: 15001,
  inbound: 15006,
  mergedMetrics: 15020,
  readiness: 15021,
  metrics: 15090,
} as const;

/**
 * The addresses of the pod with a suffix `x.y` (two decimal octets).
 * @throws HeddleError `bad_request` when the suffix is not two octets
 */
export function podAddresses(suffix: string): PodAddresses {
  const octets = suffix.split('.');
  if (octets.length !== 2 || octets.some((octet) => !/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255)) {
    throw new HeddleError('bad_request', `"${suffix}" is not a pod suffix such as 0.17`);
  }
  return { podIp: podNetwork + suffix, appIp: appNetwork + suffix, outboundIp: outboundNetwork + suffix };
}

/** The addresses that belong to a pod IP, or `undefined` when it is not one of the bundled mesh (a real cluster's pod). */
export function addressesOfPodIp(podIp: string): PodAddresses | undefined {
  if (!podIp.startsWith(podNetwork)) return undefined;
  return podAddresses(podIp.slice(podNetwork.length));
}

/** The suffix of the n-th pod, n from 1: `0.1` … `255.254` (an octet of 0 or 255 at the end is left out, as hosts do). */
export function podSuffix(index: number): string {
  if (!Number.isInteger(index) || index < 1 || index > 256 * 254) {
    throw new HeddleError('bad_request', `There is no pod address number ${index}`);
  }
  return `${Math.floor((index - 1) / 254)}.${((index - 1) % 254) + 1}`;
}

/** Whether a text is an IPv4 or IPv6 address (not a CIDR, no brackets). */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || (text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text));
}

function isIpv4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
}
