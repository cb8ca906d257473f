import type { Draw } from './draw';
import type { RoutePart } from './draw-actions';
import { metadata } from './draw-virtual-services';
import type { ConfigObject } from './property-case';

export interface DestinationRuleScene {
  /** Files of the mesh's outside world: what a client shows to servers there, and what it trusts. */
  readonly files: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** Whether clients reach the outside service, whose port 8443 wants TLS. */
  readonly outside: boolean;
}

const reviewsPorts = [9080, 9081];

/** Rules for the services, in the namespaces that count (and in one that does not). */
export function drawDestinationRules(draw: Draw, scene: DestinationRuleScene): ConfigObject[] {
  const rules: ConfigObject[] = [];
  const count = draw.weighted([
    [1, 0],
    [6, 1],
    [3, 2],
  ]);
  for (let index = 0; index < count; index++) {
    const namespace = draw.weighted([
      [7, 'shop'],
      [3, 'client'],
      [1, 'istio-system'],
      [1, 'other'],
    ]);
    const host = draw.weighted([
      [8, namespace === 'shop' ? 'reviews' : 'reviews.shop.svc.cluster.local'],
      [2, 'reviews.shop.svc.cluster.local'],
      [1, '*.shop.svc.cluster.local'],
    ]);
    rules.push({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: metadata(draw, `rule-${index}`, namespace),
      spec: {
        host,
        ...(draw.chance(0.12) ? { exportTo: draw.pick([['.'], ['*'], ['client']]) } : {}),
        ...(draw.chance(0.08) ? { workloadSelector: { matchLabels: { app: draw.pick(['web', 'curl']) } } } : {}),
        ...(draw.chance(0.55) ? { trafficPolicy: drawPolicy(draw, true) } : {}),
        subsets: drawSubsets(draw, index),
      },
    });
  }
  if (scene.outside) rules.push(outsideRule(draw, scene));
  const text = JSON.stringify(rules);
  // Together they bring HTTP/2 to applications, which the ones here do not speak.
  return text.includes('"useClientProtocol":true')
    ? (JSON.parse(text.replaceAll('"h2UpgradePolicy":"UPGRADE"', '"h2UpgradePolicy":"DEFAULT"')) as ConfigObject[])
    : rules;
}

function drawSubsets(draw: Draw, index: number): RoutePart[] {
  const known = [
    { name: 'v1', labels: { version: 'v1' } },
    { name: 'v2', labels: index === 0 || draw.chance(0.5) ? { version: 'v2' } : { version: 'v2', tier: 'canary' } },
    { name: 'all' },
    { name: 'none', labels: { version: 'v9' } },
  ];
  const share = index === 0 ? 0.9 : 0.6;
  return known
    .filter((_, at) => draw.chance(at < 2 ? share : 0.5))
    .map((subset) => ({ ...subset, ...(draw.chance(0.2) ? { trafficPolicy: drawPolicy(draw, true) } : {}) }));
}

function drawPolicy(draw: Draw, withPorts: boolean): RoutePart {
  const policy: RoutePart = {};
  if (draw.chance(0.3))
    policy['tls'] = {
      mode: draw.weighted([
        [2, 'ISTIO_MUTUAL'],
        [3, 'DISABLE'],
      ]),
    };
  if (draw.chance(0.4)) policy['loadBalancer'] = drawBalancer(draw);
  if (draw.chance(0.4)) policy['connectionPool'] = drawPool(draw);
  if (draw.chance(0.25)) policy['outlierDetection'] = drawOutliers(draw);
  if (withPorts && draw.chance(0.12)) policy['retryBudget'] = { percent: 100, minRetryConcurrency: 10 };
  if (withPorts && draw.chance(0.3)) {
    policy['portLevelSettings'] = [{ port: { number: draw.pick(reviewsPorts) }, ...drawPolicy(draw, false) }];
  }
  return policy;
}

function drawBalancer(draw: Draw): RoutePart {
  const hash = draw.pick<RoutePart>([
    { httpHeaderName: 'x-tier' },
    { httpCookie: { name: 'stick', ttl: '60s', path: '/' } },
    { useSourceIp: true },
    { httpQueryParameterName: 'v' },
  ]);
  const ring = draw.pick<RoutePart>([{}, { ringHash: { minimumRingSize: 128 } }, { maglev: { tableSize: 1009 } }]);
  return draw.weighted<RoutePart>([
    [3, { simple: draw.pick(['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM', 'LEAST_CONN', 'UNSPECIFIED']) }],
    [2, { consistentHash: { ...hash, ...ring } }],
    [1, { simple: 'ROUND_ROBIN', warmup: { duration: '10s', minimumPercent: 20 } }],
    [1, { localityLbSetting: { enabled: draw.chance(0.5) } }],
  ]);
}

/** Limits far above what one request needs. */
function drawPool(draw: Draw): RoutePart {
  const tcp = {
    ...(draw.chance(0.5) ? { maxConnections: 100 } : {}),
    ...(draw.chance(0.5) ? { connectTimeout: draw.pick(['5s', '10s']) } : {}),
    ...(draw.chance(0.3) ? { tcpKeepalive: { probes: 3, time: '7200s', interval: '75s' } } : {}),
    ...(draw.chance(0.3) ? { maxConnectionDuration: '1h' } : {}),
    ...(draw.chance(0.3) ? { idleTimeout: '30m' } : {}),
  };
  const http = {
    ...(draw.chance(0.4) ? { http1MaxPendingRequests: 50 } : {}),
    ...(draw.chance(0.4) ? { http2MaxRequests: 100 } : {}),
    ...(draw.chance(0.4) ? { maxRetries: 20 } : {}),
    ...(draw.chance(0.4) ? { maxRequestsPerConnection: draw.pick([1, 10]) } : {}),
    ...(draw.chance(0.3) ? { idleTimeout: '15m' } : {}),
    ...(draw.chance(0.3) ? { maxConcurrentStreams: 64 } : {}),
    ...(draw.chance(0.3) ? { http2KeepAlive: { interval: '30s', timeout: '5s' } } : {}),
    ...(draw.chance(0.4) ? { h2UpgradePolicy: draw.pick(['UPGRADE', 'DO_NOT_UPGRADE', 'DEFAULT']) } : {}),
    ...(draw.chance(0.15) ? { useClientProtocol: true } : {}),
  };
  return draw.chance(0.5) ? { tcp, http } : draw.chance(0.5) ? { http } : { tcp };
}

/** Patient enough for the few failures of a case: ejection over time has tests of its own. */
function drawOutliers(draw: Draw): RoutePart {
  return {
    consecutive5xxErrors: draw.pick([0, 100]),
    ...(draw.chance(0.4) ? { consecutiveGatewayErrors: 100 } : {}),
    ...(draw.chance(0.4) ? { interval: '60s' } : {}),
    ...(draw.chance(0.4) ? { baseEjectionTime: '30s' } : {}),
    ...(draw.chance(0.4) ? { maxEjectionPercent: 50 } : {}),
    ...(draw.chance(0.3) ? { minHealthPercent: 10 } : {}),
    ...(draw.chance(0.3) ? { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 100 } : {}),
  };
}

/** TLS origination: the outside server speaks TLS on 8443 and asks for, but does not need, a certificate. */
function outsideRule(draw: Draw, { files }: DestinationRuleScene): ConfigObject {
  const tls = draw.weighted<RoutePart>([
    [3, { mode: 'SIMPLE', caCertificates: files.ca }],
    [2, { mode: 'SIMPLE', caCertificates: files.ca, sni: 'ext.example.com' }],
    [2, { mode: 'SIMPLE', caCertificates: files.ca, subjectAltNames: [draw.pick(['ext.example.com', 'wrong.example.com'])] }],
    [1, { mode: 'SIMPLE', insecureSkipVerify: true }],
    [2, { mode: 'MUTUAL', caCertificates: files.ca, clientCertificate: files.certificate, privateKey: files.key }],
  ]);
  const policy = draw.chance(0.6) ? { portLevelSettings: [{ port: { number: 8443 }, tls }] } : { tls };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: metadata(draw, 'outside', draw.pick(['shop', 'client'])),
    spec: { host: 'ext.example.com', trafficPolicy: policy },
  };
}
