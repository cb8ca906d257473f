import { createServer } from 'node:net';
import type { Pod } from '@/lib/model';
import { HOST_IP } from '@/lib/model';
import type { HostPorts } from './sidecar-bootstrap';
import { isGatewayPod } from './sidecar-bootstrap';

/** Where the chosen ports of a gateway are written: JSON, container port → port on 127.0.0.1. */
export const hostPortsAnnotation = 'heddle.dev/host-ports';

/** Ports of 127.0.0.1 that pods of this kubelet hold, by pod uid: a port is only known to be taken once its proxy listens. */
const held = new Map<string, Set<number>>();

export function releaseHostPorts(uid: string): void {
  held.delete(uid);
}

function isHeld(port: number): boolean {
  for (const ports of held.values()) if (ports.has(port)) return true;
  return false;
}

function canListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, HOST_IP, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => {
        resolve(chosen);
      });
    });
  });
}

async function choose(wanted: readonly number[]): Promise<number | undefined> {
  for (const port of [...wanted, 0, 0, 0]) {
    if (port !== 0 && isHeld(port)) continue;
    const chosen = await canListen(port);
    if (chosen !== undefined && !isHeld(chosen)) return chosen;
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
 * free, else the one of an earlier run, else any.
 */
export async function chooseHostPorts(pod: Pod): Promise<HostPorts> {
  const uid = pod.metadata.uid ?? pod.metadata.name;
  const gateway = isGatewayPod(pod);
  const earlier = earlierChoice(pod);
  const chosen: Record<string, number> = {};
  const mine = new Set<number>();
  held.set(uid, mine);
  for (const port of pod.spec.containers.flatMap((container) => container.ports ?? [])) {
    if (port.protocol === 'UDP' || (port.hostPort === undefined && !gateway) || isReserved(port.containerPort)) continue;
    const before = earlier[String(port.containerPort)];
    // Ports below 1024 want root on most machines, and would shadow what a user expects there.
    const wanted = [port.hostPort ?? port.containerPort, ...(typeof before === 'number' ? [before] : [])].filter((one) => one >= 1024);
    const found = await choose(wanted);
    if (found === undefined) continue;
    chosen[String(port.containerPort)] = found;
    mine.add(found);
  }
  return chosen;
}

/** Ports that every sidecar has for itself. */
function isReserved(port: number): boolean {
  return port >= 15_000 && port < 15_100;
}
