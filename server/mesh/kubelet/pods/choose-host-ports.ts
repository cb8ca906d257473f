import type { AddressInfo, Server } from 'node:net';
import type { Pod } from '@/lib/model';
import { HOST_IP } from '@/lib/model';
import { holdSocket } from './hold-socket';
import type { HostPorts } from './sidecar-bootstrap';
import { isGatewayPod } from './sidecar-bootstrap';

/** Where the chosen ports of a gateway are written: JSON, container port → port on 127.0.0.1. */
export const hostPortsAnnotation = 'heddle.dev/host-ports';

/**
 * Whoever listens on a port of this address may use the same port of 127.0.0.1: a pod's proxy listens there only a moment after the
 * choice, and all meshes of a machine choose from the same ports.
 */
const claimIp = '127.63.255.254';

/** Claims by pod uid. */
const claims = new Map<string, Server[]>();

export function releaseHostPorts(uid: string): void {
  for (const claim of claims.get(uid) ?? []) claim.close();
  claims.delete(uid);
}

/** A port of 127.0.0.1 that is free at present; `undefined` when this one is not. */
async function findFree(port: number): Promise<number | undefined> {
  const server = await holdSocket(HOST_IP, port);
  if (server === undefined) return undefined;
  const found = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return found;
}

async function choose(wanted: readonly number[]): Promise<{ port: number; claim: Server } | undefined> {
  for (const one of [...wanted, 0, 0, 0]) {
    const port = await findFree(one);
    const claim = port === undefined ? undefined : await holdSocket(claimIp, port);
    if (port !== undefined && claim !== undefined) return { port, claim };
  }
  return undefined;
}

function earlierChoice(pod: Pod): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(pod.metadata.annotations?.[hostPortsAnnotation] ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * Ports on 127.0.0.1 for a pod: those its containers ask for by `hostPort`, and every port of a gateway. The wanted one when it is
 * free, else the one of an earlier run, else any. They are claimed until `releaseHostPorts`.
 */
export async function chooseHostPorts(pod: Pod): Promise<HostPorts> {
  const uid = pod.metadata.uid ?? pod.metadata.name;
  const gateway = isGatewayPod(pod);
  const earlier = earlierChoice(pod);
  const chosen: Record<string, number> = {};
  releaseHostPorts(uid);
  const mine: Server[] = [];
  claims.set(uid, mine);
  for (const port of pod.spec.containers.flatMap((container) => container.ports ?? [])) {
    if (port.protocol === 'UDP' || (port.hostPort === undefined && !gateway) || isReserved(port.containerPort)) continue;
    const before = earlier[String(port.containerPort)];
    // Ports below 1024 want root on most machines, and would shadow what a user expects there.
    const wanted = [port.hostPort ?? port.containerPort, ...(typeof before === 'number' ? [before] : [])].filter((one) => one >= 1024);
    const found = await choose(wanted);
    if (found === undefined) continue;
    chosen[String(port.containerPort)] = found.port;
    mine.push(found.claim);
  }
  return chosen;
}

/** Ports that every sidecar has for itself. */
function isReserved(port: number): boolean {
  return port >= 15_000 && port < 15_100;
}
