import type { Workload } from '@/lib/xds';

/** Who lives at an address, for the labels of telemetry. */
export interface Peer {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly cluster: string;
  readonly canonicalName: string;
  readonly canonicalRevision: string;
  readonly serviceAccount: string;
}

export const unknownPeer: Peer = {
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  cluster: 'unknown',
  canonicalName: 'unknown',
  canonicalRevision: 'unknown',
  serviceAccount: '',
};

/** `heddle.workload.v1.Workload` by address. `generation` grows with every change, so that bound telemetry is bound anew. */
export class WorkloadStore {
  generation = 1;
  private readonly byAddress = new Map<string, Peer>();

  apply(workload: Workload): void {
    this.byAddress.set(workload.name, toPeer(workload));
    this.generation++;
  }

  remove(address: string): void {
    if (this.byAddress.delete(address)) this.generation++;
  }

  find(address: string): Peer {
    return this.byAddress.get(address) ?? unknownPeer;
  }

  get size(): number {
    return this.byAddress.size;
  }
}

function toPeer(workload: Workload): Peer {
  const name = workload.workload ?? workload.pod ?? 'unknown';
  return {
    workload: name,
    namespace: workload.namespace ?? 'unknown',
    app: workload.app ?? 'unknown',
    version: workload.version ?? 'unknown',
    cluster: workload.cluster ?? 'unknown',
    canonicalName: workload.canonical_name ?? name,
    canonicalRevision: workload.canonical_revision ?? 'latest',
    serviceAccount: workload.service_account ?? '',
  };
}
