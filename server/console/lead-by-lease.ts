import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isHeddleError } from '@/lib/errors';
import { resources } from '@/server/kube';
import type { AnyKubeObject, KubeClient } from '@/server/kube';
import type { Console } from './console-state';

/** Which of several replicas of the console acts by itself: ends faults, goes on with shifts, settles what a crash left open. */
export interface Leadership {
  leads(): boolean;
  /** Who does, when it is another one. */
  leader(): string | null;
  stop(): void;
}

const leaseName = 'heddle-console';
const leaseSeconds = 15;
const renewMs = 4000;
/** A holder that cannot renew stops acting this long before others may take over. */
const marginMs = 3000;

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/**
 * Holds the Lease as Kubernetes' own controllers do: whoever writes it holds it, others take it when it was not renewed for its duration,
 * by their own clock (`client-go` leaderelection). The identity is the host's name with an id of the data directory, so that a console
 * that is started again after a crash goes on at once. Where there are no Leases, or they may not be written, this console acts alone.
 */
export function holdLease(console: Console, onLead: () => void): Leadership {
  const identity = `${hostname()}_${identityOf(join(console.config.dataDir, 'console', 'identity'))}`;
  let leadsUntil = 0;
  let alone = false;
  let other: string | null = null;
  /** The Lease as it was last seen, and when (by the clock of this process) it changed. */
  let seen: { renewTime: string; at: number } | null = null;
  let busy = false;

  async function tryHold(client: KubeClient): Promise<void> {
    const name = { namespace: console.config.namespace, name: leaseName };
    const started = console.now();
    const lease = await client.get(resources.leases, name).catch((error: unknown) => {
      if (isHeddleError(error) && error.code === 'not_found') return null;
      throw error;
    });
    const spec = (lease?.['spec'] ?? {}) as LeaseSpec;
    const holder = spec.holderIdentity ?? '';
    if (holder !== '' && holder !== identity) {
      if (seen?.renewTime !== (spec.renewTime ?? '')) seen = { renewTime: spec.renewTime ?? '', at: started };
      if (started - seen.at < (spec.leaseDurationSeconds ?? leaseSeconds) * 1000) {
        other = holder;
        leadsUntil = 0;
        return;
      }
    }
    const stamp = new Date(started).toISOString().replace('Z', '000Z');
    const mine = holder === identity;
    const wanted: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: leaseSeconds,
      acquireTime: mine ? (spec.acquireTime ?? stamp) : stamp,
      renewTime: stamp,
      leaseTransitions: (spec.leaseTransitions ?? 0) + (mine || holder === '' ? 0 : 1),
    };
    const body: AnyKubeObject = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...name, ...(lease === null ? {} : { resourceVersion: lease.metadata.resourceVersion }) },
      spec: wanted,
    };
    await (lease === null ? client.create(resources.leases, body) : client.update(resources.leases, body));
    lead(started + leaseSeconds * 1000 - marginMs);
  }

  function lead(until: number): void {
    const begins = leadsUntil < console.now();
    leadsUntil = until;
    other = null;
    if (begins) onLead();
  }

  async function look(): Promise<void> {
    const cluster = console.clusterOrNull();
    if (busy || alone || cluster?.informer.hasSynced() !== true) return;
    busy = true;
    try {
      await tryHold(cluster.client);
    } catch (error) {
      // A conflict is another one who was faster; an API server that is away cannot be written to by anybody.
      const refused = isHeddleError(error) && ['forbidden', 'not_found', 'method_not_allowed', 'unauthorized'].includes(error.code);
      if (refused) {
        alone = true;
        console.log.info({ reason: error.message }, 'no Lease can be held: this console acts without one');
        lead(Number.POSITIVE_INFINITY);
      }
    } finally {
      busy = false;
    }
  }

  const timer = setInterval(() => {
    if (console.now() >= leadsUntil - leaseSeconds * 1000 + marginMs + renewMs) void look();
  }, 250);
  timer.unref();
  return {
    leads: () => console.now() < leadsUntil,
    leader: () => other,
    stop: () => clearInterval(timer),
  };
}

function identityOf(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomUUID(), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim().slice(0, 8);
}
