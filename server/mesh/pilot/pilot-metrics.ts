import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const convergenceBuckets = [0.1, 0.5, 1, 3, 5, 10, 20, 30];
const pushBuckets = [0.01, 0.1, 1, 3, 5, 10, 20, 30];

/** The control plane's metrics under Istio's names (istio.md §4), in a registry of their own. */
export function createPilotMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    connected: new Gauge({ name: 'pilot_xds', help: 'Proxies connected by xDS.', labelNames: ['version'], registers }),
    pushes: new Counter({ name: 'pilot_xds_pushes', help: 'Responses sent, by type.', labelNames: ['type'], registers }),
    pushTime: new Histogram({
      name: 'pilot_xds_push_time',
      help: 'Seconds to compile and send one push to one proxy.',
      labelNames: ['type'],
      buckets: pushBuckets,
      registers,
    }),
    pushBytes: new Histogram({
      name: 'pilot_xds_config_size_bytes',
      help: 'Size of responses, by type.',
      labelNames: ['type'],
      buckets: [1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000],
      registers,
    }),
    convergence: new Histogram({
      name: 'pilot_proxy_convergence_time',
      help: 'Seconds from a change to its acknowledgement by one proxy.',
      buckets: convergenceBuckets,
      registers,
    }),
    queueTime: new Histogram({
      name: 'pilot_proxy_queue_time',
      help: 'Seconds a change waited before it was pushed.',
      buckets: convergenceBuckets,
      registers,
    }),
    rejects: new Counter({ name: 'pilot_total_xds_rejects', help: 'Responses that a proxy refused.', labelNames: ['type'], registers }),
    internalErrors: new Counter({
      name: 'pilot_total_xds_internal_errors',
      help: 'Proxies whose configuration could not be compiled.',
      registers,
    }),
    triggers: new Counter({ name: 'pilot_push_triggers', help: 'Pushes, by what caused them.', labelNames: ['type'], registers }),
    inboundUpdates: new Counter({
      name: 'pilot_inbound_updates',
      help: 'Changes received, by kind of change.',
      labelNames: ['type'],
      registers,
    }),
    services: new Gauge({ name: 'pilot_services', help: 'Services known.', registers }),
    virtualServices: new Gauge({ name: 'pilot_virt_services', help: 'VirtualServices known.', registers }),
    authorizationFailures: new Counter({
      name: 'pilot_xds_auth_failures',
      help: 'Streams refused because the caller is not who the node id says.',
      registers,
    }),
  };
}

export type PilotMetrics = ReturnType<typeof createPilotMetrics>;
