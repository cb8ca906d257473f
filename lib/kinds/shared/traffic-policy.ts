import { z } from 'zod';
import { duration } from './duration';
import { as, describeFields, oneOf, outdated } from '../field-notes';

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

describeFields(loadBalancer, {
  consistentHash: 'Sends requests that are alike to the same endpoint, by hashing one of their parts.',
  'consistentHash.httpCookie': 'Hashes a cookie; the proxy sets it when the request has none.',
  'consistentHash.httpCookie.attributes': 'More attributes of the cookie that the proxy sets, such as SameSite.',
  'consistentHash.httpCookie.attributes[].name': 'Name of the attribute.',
  'consistentHash.httpCookie.attributes[].value': 'Value of the attribute; none for flags.',
  'consistentHash.httpCookie.name': 'Name of the cookie.',
  'consistentHash.httpCookie.path': as('path', 'Path that the cookie holds for.'),
  'consistentHash.httpCookie.ttl': as('duration', "How long the cookie lives; 0s for the browser's session."),
  'consistentHash.httpHeaderName': as('header', 'Hashes the value of this header.'),
  'consistentHash.httpQueryParameterName': 'Hashes the value of this query parameter.',
  'consistentHash.maglev': 'Maglev tables: even shares, more moves when endpoints change.',
  'consistentHash.maglev.tableSize': 'Entries of the table, a prime number. Left out: 65537.',
  'consistentHash.minimumRingSize': outdated('Points on the hash ring.', 'ringHash.minimumRingSize'),
  'consistentHash.ringHash': 'A hash ring (the default): few moves when endpoints change.',
  'consistentHash.ringHash.minimumRingSize': 'Least number of points on the ring; more make the shares more even. Left out: 1024.',
  'consistentHash.useSourceIp': 'Hashes the address of the caller.',
  localityLbSetting: 'Which zones get the requests, and where they go when a zone is ill. Needs outlier detection to notice that.',
  'localityLbSetting.distribute': 'Fixed shares per zone of the caller. Not together with failover.',
  'localityLbSetting.distribute[].from': "Callers' place, `region/zone/subzone`; `*` for any.",
  'localityLbSetting.distribute[].to': 'Share in percent per place; they make 100.',
  'localityLbSetting.enabled': 'Turns locality on or off for this host, whatever the mesh says.',
  'localityLbSetting.failover': 'Which region takes over from which.',
  'localityLbSetting.failover[].from': 'Region that is left when its endpoints fail.',
  'localityLbSetting.failover[].to': 'Region that takes over.',
  'localityLbSetting.failoverPriority': 'Labels in order: endpoints that share more of the first ones with the caller are preferred.',
  simple: oneOf('How an endpoint is chosen.', {
    UNSPECIFIED: 'As the mesh does by default (least requests).',
    LEAST_CONN: 'Old name of LEAST_REQUEST.',
    RANDOM: 'Any healthy endpoint.',
    PASSTHROUGH: 'The address the caller asked for, without choosing.',
    ROUND_ROBIN: 'One after the other.',
    LEAST_REQUEST: 'The less busy one of two picked at random.',
  }),
  warmup: 'Gives new endpoints few requests at first and more over time.',
  'warmup.aggression': 'Shape of the rise: 1 is a straight line, more is slow first. Left out: 1.',
  'warmup.duration': 'How long a new endpoint warms up.',
  'warmup.minimumPercent': as('percent', 'Share of its usual requests that a new endpoint gets at first. Left out: 10.'),
  warmupDurationSecs: { ...as('duration', 'How long a new endpoint warms up.'), deprecated: 'warmup.duration' },
  zoneAwareLbSetting: 'Keeps requests in the zone of the caller as far as its endpoints can take them.',
  'zoneAwareLbSetting.enabled': 'Turns it on or off for this host.',
  'zoneAwareLbSetting.failover': 'Which region takes over from which.',
  'zoneAwareLbSetting.failover[].from': 'Region that is left when its endpoints fail.',
  'zoneAwareLbSetting.failover[].to': 'Region that takes over.',
  'zoneAwareLbSetting.failoverPriority': 'Labels in order: endpoints that share more of the first ones with the caller are preferred.',
  'zoneAwareLbSetting.minClusterSize': 'With fewer endpoints than this, zones are not looked at.',
});

describeFields(connectionPool, {
  http: 'Limits of HTTP requests.',
  'http.h2UpgradePolicy': oneOf('Whether HTTP/1.1 connections to the service become HTTP/2.', {
    DEFAULT: 'As the mesh says.',
    DO_NOT_UPGRADE: 'They stay HTTP/1.1.',
    UPGRADE: 'They become HTTP/2.',
  }),
  'http.http1MaxPendingRequests':
    'Requests that may wait for a connection; more are refused at once (503, UO). Left out: no limit to speak of.',
  'http.http2KeepAlive': 'Pings that find dead HTTP/2 connections.',
  'http.http2KeepAlive.interval': 'Time between two pings.',
  'http.http2KeepAlive.timeout': 'A ping without an answer for so long ends the connection.',
  'http.http2MaxRequests': 'Requests at a time to all endpoints together; more are refused at once. Holds for HTTP/1.1 too.',
  'http.idleTimeout': 'A connection without requests for so long is closed. Left out: 1h.',
  'http.maxConcurrentStreams': 'Requests at a time on one HTTP/2 connection.',
  'http.maxRequestsPerConnection': 'A connection is closed after so many requests; 1 turns keep-alive off.',
  'http.maxRetries': 'Retries at a time to all endpoints together.',
  'http.useClientProtocol': 'Speaks to the service what the caller speaks.',
  tcp: 'Limits of connections, for HTTP and TCP.',
  'tcp.connectTimeout': 'A connection that is not there after this has failed. Left out: 10s.',
  'tcp.idleTimeout': as('duration', 'A connection without bytes for so long is closed. Left out: 1h.'),
  'tcp.maxConnectionDuration': 'A connection is closed after this, busy or not.',
  'tcp.maxConnections': 'Connections at a time to one destination, per calling proxy.',
  'tcp.tcpKeepalive': 'Keep-alive probes of the operating system.',
  'tcp.tcpKeepalive.interval': 'Time between two probes.',
  'tcp.tcpKeepalive.probes': 'Probes without an answer after which the connection is dead.',
  'tcp.tcpKeepalive.time': 'Idle time before the first probe.',
});

describeFields(outlierDetection, {
  baseEjectionTime: 'How long an endpoint is left out the first time; the next time twice as long, and so on. Left out: 30s.',
  consecutive5xxErrors: 'So many answers 5xx in a row and the endpoint is left out; 0 turns it off. Left out: 5.',
  consecutiveErrors: outdated('Errors in a row until an endpoint is left out.', 'consecutive5xxErrors or consecutiveGatewayErrors'),
  consecutiveGatewayErrors: 'So many 502, 503, 504 in a row and the endpoint is left out; 0 (the default) is off.',
  consecutiveLocalOriginFailures: 'So many failures to connect in a row; only with splitExternalLocalOriginErrors.',
  interval: 'How often the counts are looked at. Left out: 10s.',
  maxEjectionPercent: as(
    'percent',
    'Most endpoints that may be left out at a time. Left out: 10, which with few endpoints still allows one.',
  ),
  minHealthPercent: as('percent', 'With fewer healthy endpoints than this, outlier detection does nothing. Left out: 0.'),
  outlierDetectionHttpErrorCodes: as('statusCode', 'Statuses that count as errors, in place of 5xx.'),
  splitExternalLocalOriginErrors: 'Counts failures to connect apart from answers with errors.',
});

describeFields(clientTls, {
  caCertificates: "File in the proxy with the CA certificates that the server is verified with. Left out: the system's.",
  caCrl: 'File in the proxy with the list of revoked server certificates.',
  clientCertificate: 'File in the proxy with the client certificate, for MUTUAL.',
  credentialName: as('secret', 'Secret with client key, certificate and CA. Only gateways read it, unless a workload selector is set.'),
  insecureSkipVerify: 'Takes any server certificate. For tests.',
  mode: oneOf('How connections to the service are protected.', {
    DISABLE: 'Plain text.',
    SIMPLE: 'TLS; only the server shows a certificate.',
    MUTUAL: 'TLS with a client certificate of your own.',
    ISTIO_MUTUAL: "Mutual TLS with the mesh's certificates.",
  }),
  privateKey: "File in the proxy with the client's private key, for MUTUAL.",
  sni: 'Host name to send in the TLS greeting (SNI).',
  subjectAltNames: "Names that the server's certificate must have one of.",
});

describeFields(trafficPolicy, {
  connectionPool: 'How many connections and requests are let through (circuit breaking).',
  loadBalancer: 'How an endpoint is chosen.',
  outlierDetection: 'When an endpoint that fails is left out for a while.',
  portLevelSettings: 'Settings of single ports. A port that has some takes nothing from the settings of the host.',
  'portLevelSettings[].connectionPool': 'How many connections and requests are let through to this port.',
  'portLevelSettings[].loadBalancer': 'How an endpoint is chosen for this port.',
  'portLevelSettings[].outlierDetection': 'When an endpoint of this port is left out for a while.',
  'portLevelSettings[].port': 'The port of the service.',
  'portLevelSettings[].port.number': as('port', 'Number of the port of the service.'),
  'portLevelSettings[].tls': 'How connections to this port are protected.',
  proxyProtocol: 'Puts a PROXY header in front of each connection, which tells the server the address of the caller.',
  'proxyProtocol.version': oneOf('Form of the header.', { V1: 'Text.', V2: 'Binary.' }),
  retryBudget: 'Limits retries to a share of the requests that are under way.',
  'retryBudget.budgetInterval': as('duration', 'Time over which requests are counted. Left out: 10s.'),
  'retryBudget.minRetryConcurrency': 'Retries at a time that are always allowed. Left out: 3.',
  'retryBudget.percent': as('percent', 'Retries at a time, as a share of all requests. Left out: 20.'),
  tls: 'How connections to the service are protected. Left out: mutual TLS wherever the other side can.',
  tunnel: 'Sends TCP through a proxy with HTTP CONNECT or POST.',
  'tunnel.protocol': 'CONNECT (the default) or POST.',
  'tunnel.targetHost': 'Host that the tunnel leads to.',
  'tunnel.targetPort': 'Port that the tunnel leads to.',
});
