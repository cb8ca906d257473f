import { z } from 'zod';
import { duration } from './duration';

/** Blocks of a DestinationRule traffic policy (Istio networking API, TrafficPolicy). */
export const loadBalancer = z.object({
  consistentHash: z
    .object({
      httpCookie: z
        .object({
          attributes: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
          name: z.string(),
          path: z.string().optional(),
          ttl: z.string().optional(),
        })
        .optional(),
      httpHeaderName: z.string().optional(),
      httpQueryParameterName: z.string().optional(),
      maglev: z.object({ tableSize: z.int().optional() }).optional(),
      minimumRingSize: z.int().optional(),
      ringHash: z.object({ minimumRingSize: z.int().optional() }).optional(),
      useSourceIp: z.boolean().optional(),
    })
    .optional(),
  localityLbSetting: z
    .object({
      distribute: z.array(z.object({ from: z.string().optional(), to: z.record(z.string(), z.int()).optional() })).optional(),
      enabled: z.boolean().optional(),
      failover: z.array(z.object({ from: z.string().optional(), to: z.string().optional() })).optional(),
      failoverPriority: z.array(z.string()).optional(),
    })
    .optional(),
  simple: z.enum(['UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST']).optional(),
  warmup: z.object({ aggression: z.number().optional(), duration: duration, minimumPercent: z.number().optional() }).optional(),
  warmupDurationSecs: duration.optional(),
  zoneAwareLbSetting: z
    .object({
      enabled: z.boolean().optional(),
      failover: z.array(z.object({ from: z.string().optional(), to: z.string().optional() })).optional(),
      failoverPriority: z.array(z.string()).optional(),
      minClusterSize: z.int().optional(),
    })
    .optional(),
});
export type LoadBalancer = z.infer<typeof loadBalancer>;

export const connectionPool = z.object({
  http: z
    .object({
      h2UpgradePolicy: z.enum(['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE']).optional(),
      http1MaxPendingRequests: z.int().optional(),
      http2KeepAlive: z.object({ interval: duration.optional(), timeout: duration.optional() }).optional(),
      http2MaxRequests: z.int().optional(),
      idleTimeout: duration.optional(),
      maxConcurrentStreams: z.int().optional(),
      maxRequestsPerConnection: z.int().optional(),
      maxRetries: z.int().optional(),
      useClientProtocol: z.boolean().optional(),
    })
    .optional(),
  tcp: z
    .object({
      connectTimeout: duration.optional(),
      idleTimeout: z.string().optional(),
      maxConnectionDuration: duration.optional(),
      maxConnections: z.int().optional(),
      tcpKeepalive: z.object({ interval: duration.optional(), probes: z.int().optional(), time: duration.optional() }).optional(),
    })
    .optional(),
});
export type ConnectionPool = z.infer<typeof connectionPool>;

export const outlierDetection = z.object({
  baseEjectionTime: duration.optional(),
  consecutive5xxErrors: z.int().optional(),
  consecutiveErrors: z.int().optional(),
  consecutiveGatewayErrors: z.int().optional(),
  consecutiveLocalOriginFailures: z.int().optional(),
  interval: duration.optional(),
  maxEjectionPercent: z.int().optional(),
  minHealthPercent: z.int().optional(),
  outlierDetectionHttpErrorCodes: z.array(z.int()).optional(),
  splitExternalLocalOriginErrors: z.boolean().optional(),
});
export type OutlierDetection = z.infer<typeof outlierDetection>;

export const clientTls = z.object({
  caCertificates: z.string().optional(),
  caCrl: z.string().optional(),
  clientCertificate: z.string().optional(),
  credentialName: z.string().optional(),
  insecureSkipVerify: z.boolean().optional(),
  mode: z.enum(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']).optional(),
  privateKey: z.string().optional(),
  sni: z.string().optional(),
  subjectAltNames: z.array(z.string()).optional(),
});
export type ClientTls = z.infer<typeof clientTls>;

export const trafficPolicy = z.object({
  connectionPool: connectionPool.optional(),
  loadBalancer: loadBalancer.optional(),
  outlierDetection: outlierDetection.optional(),
  portLevelSettings: z
    .array(
      z.object({
        connectionPool: connectionPool.optional(),
        loadBalancer: loadBalancer.optional(),
        outlierDetection: outlierDetection.optional(),
        port: z.object({ number: z.int().optional() }).optional(),
        tls: clientTls.optional(),
      }),
    )
    .optional(),
  proxyProtocol: z.object({ version: z.enum(['V1', 'V2']).optional() }).optional(),
  retryBudget: z
    .object({ budgetInterval: z.string().optional(), minRetryConcurrency: z.int().optional(), percent: z.number().optional() })
    .optional(),
  tls: clientTls.optional(),
  tunnel: z.object({ protocol: z.string().optional(), targetHost: z.string(), targetPort: z.int() }).optional(),
});
export type TrafficPolicy = z.infer<typeof trafficPolicy>;
