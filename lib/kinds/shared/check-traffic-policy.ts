import { checkDuration, checkPort, dnsProblem, quote } from './rule-parts';
import type { RuleReport } from '../define-kind';
import type { ClientTls, ConnectionPool, LoadBalancer, OutlierDetection, TrafficPolicy } from './traffic-policy';

/** What Istio's webhook says about a traffic policy and its blocks (istio.md §2.1). */

const maxTableSize = 5_000_011;
const totalWeight = 100;

export function checkTrafficPolicy(report: RuleReport, path: string, policy: TrafficPolicy): void {
  const blocks = [
    policy.connectionPool,
    policy.loadBalancer,
    policy.outlierDetection,
    policy.portLevelSettings,
    policy.proxyProtocol,
    policy.retryBudget,
    policy.tls,
    policy.tunnel,
  ];
  if (blocks.every((block) => block === undefined)) report.error(path, 'traffic policy must have at least one field');
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined)
    report.error(path, 'tunnel and proxyProtocol must not be set together');
  checkBlocks(report, path, policy);
  if (policy.tunnel !== undefined) {
    const { protocol = '', targetHost, targetPort } = policy.tunnel;
    if (!['', 'CONNECT', 'POST'].includes(protocol.toUpperCase()))
      report.error(`${path}.tunnel.protocol`, `tunnel protocol must be "CONNECT" or "POST": ${quote(protocol)}`);
    if (dnsProblem(targetHost) !== undefined && !/^[\d.:a-fA-F]+$/.test(targetHost))
      report.error(`${path}.tunnel.targetHost`, `tunnel target host must be valid FQDN or IP address: ${quote(targetHost)}`);
    if (targetPort < 1 || targetPort > 65_535) report.error(`${path}.tunnel.targetPort`, `tunnel target port is invalid: ${targetPort}`);
  }
  const percent = policy.retryBudget?.percent;
  if (percent !== undefined && (percent < 0 || percent > 100))
    report.error(`${path}.retryBudget.percent`, 'retry budget percent must be in range 0..100');
  const ports = new Set<number>();
  for (const [index, settings] of (policy.portLevelSettings ?? []).entries()) {
    const at = `${path}.portLevelSettings[${index}]`;
    const number = settings.port?.number;
    if (number === undefined || number === 0) report.error(`${at}.port`, 'portTrafficPolicy must have valid port');
    else {
      checkPort(report, `${at}.port.number`, number);
      if (ports.has(number)) report.error(`${at}.port.number`, `portTrafficPolicy for port ${number} is defined twice`);
      ports.add(number);
    }
    checkBlocks(report, at, settings);
  }
}

function checkBlocks(
  report: RuleReport,
  path: string,
  policy: Pick<TrafficPolicy, 'connectionPool' | 'loadBalancer' | 'outlierDetection' | 'tls'>,
): void {
  if (policy.connectionPool !== undefined) checkConnectionPool(report, `${path}.connectionPool`, policy.connectionPool);
  if (policy.loadBalancer !== undefined) checkLoadBalancer(report, `${path}.loadBalancer`, policy.loadBalancer, policy.outlierDetection);
  if (policy.outlierDetection !== undefined) checkOutlierDetection(report, `${path}.outlierDetection`, policy.outlierDetection);
  if (policy.tls !== undefined) checkClientTls(report, `${path}.tls`, policy.tls);
}

export function checkConnectionPool(report: RuleReport, path: string, pool: ConnectionPool): void {
  const { http, tcp } = pool;
  if (http === undefined && tcp === undefined) report.error(path, 'connection pool must have at least one field');
  const counts: [string, string, number | undefined][] = [
    ['http.http1MaxPendingRequests', 'http1 max pending requests', http?.http1MaxPendingRequests],
    ['http.http2MaxRequests', 'http2 max requests', http?.http2MaxRequests],
    ['http.maxRequestsPerConnection', 'max requests per connection', http?.maxRequestsPerConnection],
    ['http.maxRetries', 'max retries', http?.maxRetries],
    ['http.maxConcurrentStreams', 'max concurrent streams', http?.maxConcurrentStreams],
    ['tcp.maxConnections', 'max connections', tcp?.maxConnections],
  ];
  for (const [field, what, value] of counts)
    if (value !== undefined && value < 0) report.error(`${path}.${field}`, `${what} must be non-negative`);
  checkDuration(report, `${path}.http.idleTimeout`, http?.idleTimeout, { zero: true });
  checkDuration(report, `${path}.tcp.connectTimeout`, tcp?.connectTimeout);
  checkDuration(report, `${path}.tcp.maxConnectionDuration`, tcp?.maxConnectionDuration);
  checkDuration(report, `${path}.tcp.idleTimeout`, tcp?.idleTimeout, { zero: true });
  checkDuration(report, `${path}.tcp.tcpKeepalive.time`, tcp?.tcpKeepalive?.time);
  checkDuration(report, `${path}.tcp.tcpKeepalive.interval`, tcp?.tcpKeepalive?.interval);
  if (http?.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true)
    report.error(`${path}.http.useClientProtocol`, 'use client protocol must not be true when H2UpgradePolicy is UPGRADE');
  const keepAlive = http?.http2KeepAlive;
  if (keepAlive === undefined) return;
  for (const field of ['interval', 'timeout'] as const) {
    if (keepAlive[field] === undefined) report.error(`${path}.http.http2KeepAlive.${field}`, `http2 keepalive ${field} is required`);
    else checkDuration(report, `${path}.http.http2KeepAlive.${field}`, keepAlive[field]);
  }
}

function checkLoadBalancer(report: RuleReport, path: string, balancer: LoadBalancer, outliers: OutlierDetection | undefined): void {
  const { consistentHash, localityLbSetting, zoneAwareLbSetting, simple } = balancer;
  if (simple !== undefined && consistentHash !== undefined)
    report.error(path, 'oneof LoadBalancerSettings.lb_policy is already set: only one of simple, consistentHash can be given');
  if (localityLbSetting !== undefined && zoneAwareLbSetting !== undefined)
    report.error(path, 'only one of localityLbSetting or zoneAwareLbSetting can be set');
  if (balancer.warmup !== undefined && balancer.warmupDurationSecs !== undefined)
    report.error(`${path}.warmupDurationSecs`, 'only one of warmup or warmupDurationSecs can be set');
  checkDuration(report, `${path}.warmup.duration`, balancer.warmup?.duration);
  if (consistentHash !== undefined) checkConsistentHash(report, `${path}.consistentHash`, consistentHash);
  if (localityLbSetting !== undefined) checkLocality(report, `${path}.localityLbSetting`, localityLbSetting, outliers);
}

function checkConsistentHash(report: RuleReport, path: string, hash: NonNullable<LoadBalancer['consistentHash']>): void {
  const keys = (['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'] as const).filter(
    (key) => hash[key] !== undefined,
  );
  if (keys.length > 1) report.error(path, `oneof ConsistentHashLB.hash_key is already set: only one of ${keys.join(', ')} can be given`);
  if (keys.length === 0)
    report.error(path, 'consistentHash must have a hash key: httpHeaderName, httpCookie, useSourceIp or httpQueryParameterName');
  if (hash.httpCookie?.name === '') report.error(`${path}.httpCookie.name`, 'name required for HttpCookie');
  const algorithms = [hash.minimumRingSize, hash.maglev, hash.ringHash].filter((one) => one !== undefined);
  if (algorithms.length > 1) report.error(path, 'only one of MinimumRingSize or Maglev/Ringhash can be specified');
  if (hash.maglev === undefined) return;
  const size = hash.maglev.tableSize;
  if (size === undefined || size === 0) report.error(`${path}.maglev.tableSize`, 'tableSize must be set for maglev');
  else if (size >= maxTableSize) report.error(`${path}.maglev.tableSize`, `tableSize must be less than ${maxTableSize} for maglev`);
  else if (!isPrime(size)) report.error(`${path}.maglev.tableSize`, 'tableSize must be a prime number for maglev');
}

function isPrime(value: number): boolean {
  if (value < 2) return false;
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return true;
}

type Locality = NonNullable<LoadBalancer['localityLbSetting']>;

function checkLocality(report: RuleReport, path: string, setting: Locality, outliers: OutlierDetection | undefined): void {
  const { distribute = [], failover = [], failoverPriority = [] } = setting;
  if (distribute.length > 0 && (failover.length > 0 || failoverPriority.length > 0))
    report.error(path, `can not simultaneously specify 'distribute' and 'failover' or 'failoverPriority'`);
  const froms = new Set<string>();
  for (const [index, { from = '', to = {} }] of distribute.entries()) {
    const at = `${path}.distribute[${index}]`;
    if (froms.has(from)) report.error(`${at}.from`, `duplicated locality ${quote(from)} in distribute`);
    froms.add(from);
    const weights = Object.values(to);
    if (weights.some((weight) => weight <= 0)) report.error(`${at}.to`, 'locality weight must be in range [1, 100]');
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum !== totalWeight) report.error(`${at}.to`, `total locality weight ${sum} != 100`);
  }
  for (const [index, { from = '', to = '' }] of failover.entries()) {
    const at = `${path}.failover[${index}]`;
    if (from !== '' && from === to) report.error(at, `locality lb failover settings must specify different regions`);
    if (`${from}${to}`.includes('/') || `${from}${to}`.includes('*')) report.error(at, `locality lb failover only specify region`);
  }
  if (failover.length > 0 && outliers === undefined)
    report.warning(`${path}.failover`, 'outlier detection policy must be provided for failover');
}

function checkOutlierDetection(report: RuleReport, path: string, settings: OutlierDetection): void {
  checkDuration(report, `${path}.interval`, settings.interval);
  checkDuration(report, `${path}.baseEjectionTime`, settings.baseEjectionTime);
  const percents: [string, string, number | undefined][] = [
    ['maxEjectionPercent', 'max ejection percent', settings.maxEjectionPercent],
    ['minHealthPercent', 'min health percent', settings.minHealthPercent],
  ];
  for (const [field, what, value] of percents)
    if (value !== undefined && (value < 0 || value > 100))
      report.error(`${path}.${field}`, `outlier detection ${what} must be in range 0..100`);
  const counts = ['consecutive5xxErrors', 'consecutiveGatewayErrors', 'consecutiveLocalOriginFailures', 'consecutiveErrors'] as const;
  for (const field of counts) if ((settings[field] ?? 0) < 0) report.error(`${path}.${field}`, `${field} must be non-negative`);
  if (settings.consecutiveLocalOriginFailures !== undefined && settings.splitExternalLocalOriginErrors !== true)
    report.error(
      `${path}.consecutiveLocalOriginFailures`,
      'outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false',
    );
}

export function checkClientTls(report: RuleReport, path: string, tls: ClientTls): void {
  const { mode = 'DISABLE', clientCertificate = '', privateKey = '', caCertificates = '', credentialName = '', sni = '' } = tls;
  if (tls.insecureSkipVerify === true) {
    if (mode === 'SIMPLE' && caCertificates !== '')
      report.error(`${path}.caCertificates`, 'cannot specify CA certificates when insecureSkipVerify is set');
    if ((tls.subjectAltNames ?? []).length > 0)
      report.error(`${path}.subjectAltNames`, 'cannot specify subject alternative names when insecureSkipVerify is set');
  }
  if (caCertificates === '' && (tls.caCrl ?? '') !== '') report.error(`${path}.caCrl`, 'caCrl needs caCertificates');
  if ((mode === 'SIMPLE' || mode === 'MUTUAL') && credentialName !== '') {
    if (clientCertificate !== '' || privateKey !== '' || caCertificates !== '')
      report.error(`${path}.credentialName`, 'cannot specify client certificates or CA certificate If credentialName is set');
    return;
  }
  if (mode === 'MUTUAL') {
    if (clientCertificate === '') report.error(`${path}.clientCertificate`, 'client certificate required for mutual tls');
    if (privateKey === '') report.error(`${path}.privateKey`, 'private key required for mutual tls');
  }
  if (mode === 'ISTIO_MUTUAL') {
    if (clientCertificate !== '' || privateKey !== '' || caCertificates !== '' || credentialName !== '')
      report.error(path, 'ISTIO_MUTUAL TLS cannot have associated certificates: Istio provides them');
  }
  if (mode === 'DISABLE' && sni !== '') report.warning(`${path}.sni`, 'sni has no effect when TLS is disabled');
}
