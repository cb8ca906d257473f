import type { MeshAddresses } from './child-events';

/** A server of the bundled mesh: the flag `--FLAG-port` of `heddle mesh`, what answers there, where `ready` names it, its conventional port. */
export interface MeshPort {
  flag: string;
  what: string;
  address: keyof MeshAddresses;
  port: number;
}

export const meshPorts: readonly MeshPort[] = [
  { flag: 'kubernetes', what: 'Kubernetes API (TLS)', address: 'kubernetes', port: 6443 },
  { flag: 'xds', what: 'ADS, plaintext, no secrets', address: 'xds', port: 15_010 },
  { flag: 'xds-tls', what: 'ADS and certificate authority, TLS', address: 'xdsTls', port: 15_012 },
  { flag: 'debug', what: 'debug pages and metrics of the control plane', address: 'debug', port: 15_014 },
  { flag: 'prometheus', what: 'Prometheus API', address: 'prometheus', port: 9090 },
  { flag: 'jaeger', what: 'Jaeger query API', address: 'jaeger', port: 16_686 },
  { flag: 'otlp', what: 'OTLP/HTTP ingest', address: 'otlpHttp', port: 4318 },
  { flag: 'zipkin', what: 'Zipkin ingest', address: 'zipkin', port: 9411 },
];
