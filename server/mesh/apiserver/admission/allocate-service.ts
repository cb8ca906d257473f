import type { Service, ServiceSpec } from '@/lib/kinds';
import type { ObjectStore } from '../storage/object-store';
import type { StoredObject } from '../storage/stored-object';
import { invalid } from '../status-errors';
import type { KindDefinition } from '@/lib/kinds';

const lowestNodePort = 30_000;
const highestNodePort = 32_767;

/** Who leaves the address out of an update keeps the one the Service has. */
export function keepClusterIp(object: StoredObject, before: StoredObject | undefined): StoredObject {
  const spec = (object as unknown as Service).spec;
  const old = (before as unknown as Service | undefined)?.spec;
  if (old === undefined || old.type === 'ExternalName' || spec.type === 'ExternalName') return object;
  if ((spec.clusterIP !== undefined && spec.clusterIP !== '') || old.clusterIP === undefined) return object;
  return { ...object, spec: { ...spec, clusterIP: old.clusterIP, clusterIPs: [old.clusterIP] } };
}

/**
 * Gives a Service its cluster IP (from 127.96.0.0/16) and node ports. What the Service asks for is kept when it is free.
 * @throws HeddleError `invalid_object` when an address or port is taken or out of range.
 */
export function allocateService(
  object: StoredObject,
  kind: KindDefinition,
  before: StoredObject | undefined,
  store: ObjectStore,
): StoredObject {
  const service = object as unknown as Service;
  const spec: ServiceSpec = { ...service.spec };
  const old = (before as unknown as Service | undefined)?.spec;
  if (spec.type === 'ExternalName') {
    const { clusterIP: _ip, clusterIPs: _ips, ...rest } = spec;
    return { ...object, spec: rest };
  }
  const others = (store.listLatest('/services') as unknown as Service[]).filter((one) => one.metadata.uid !== object.metadata.uid);
  const refuse = (field: string, value: unknown, why: string) =>
    invalid(kind, object.metadata.name, [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field },
    ]);

  if (spec.clusterIP !== 'None') {
    const taken = new Set(others.map((one) => one.spec.clusterIP));
    if (spec.clusterIP === undefined || spec.clusterIP === '') spec.clusterIP = freeAddress(taken);
    else if (spec.clusterIP !== old?.clusterIP) {
      if (!/^127\.96\.\d{1,3}\.\d{1,3}$/.test(spec.clusterIP)) {
        throw refuse('spec.clusterIPs', [spec.clusterIP], 'failed to allocate IP: the provided IP is not in the valid range 127.96.0.0/16');
      }
      if (taken.has(spec.clusterIP))
        throw refuse('spec.clusterIPs', [spec.clusterIP], 'failed to allocate IP: provided IP is already allocated');
    }
  }
  spec.clusterIPs = [spec.clusterIP];

  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    const taken = new Set(others.flatMap((one) => (one.spec.ports ?? []).map((port) => port.nodePort)));
    spec.ports = (spec.ports ?? []).map((port, index) => {
      const kept = port.nodePort ?? old?.ports?.find((one) => one.port === port.port && one.protocol === port.protocol)?.nodePort;
      const wanted = kept === 0 ? undefined : kept;
      if (wanted !== undefined && taken.has(wanted))
        throw refuse(`spec.ports[${index}].nodePort`, wanted, 'provided port is already allocated');
      const nodePort = wanted ?? freeNodePort(taken);
      taken.add(nodePort);
      return { ...port, nodePort };
    });
  } else if (spec.ports !== undefined) spec.ports = spec.ports.map(({ nodePort: _port, ...port }) => port);
  return { ...object, spec };
}

function freeAddress(taken: ReadonlySet<string | undefined>): string {
  // .0.0 and .0.1 stay free, as in a cluster where they are the network and the API server.
  for (let suffix = 2; suffix < 65_534; suffix++) {
    const address = `127.96.${suffix >> 8}.${suffix & 255}`;
    if (!taken.has(address)) return address;
  }
  throw new Error('All addresses of 127.96.0.0/16 are taken.');
}

function freeNodePort(taken: ReadonlySet<number | undefined>): number {
  for (let port = lowestNodePort; port <= highestNodePort; port++) if (!taken.has(port)) return port;
  throw new Error('All node ports are taken.');
}
