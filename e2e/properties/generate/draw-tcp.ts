import type { Draw } from './draw';
import type { RoutePart } from './draw-actions';
import { drawAuthorizationPolicies, drawPeerAuthentications } from './draw-policies';
import { metadata } from './draw-virtual-services';
import type { CaseRequest, ConfigObject, PropertyCase } from './property-case';

const full = 'reviews.shop.svc.cluster.local';
const serverNames = ['a.example.com', 'b.example.com', full];

/** A case of connections instead of requests: TCP on 7070, TLS told apart by server name on 7443. */
export function drawTcpCase(draw: Draw): Pick<PropertyCase, 'objects' | 'requests'> {
  const objects: ConfigObject[] = [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: metadata(draw, 'versions', 'shop'),
      spec: {
        host: 'reviews',
        ...(draw.chance(0.5) ? { trafficPolicy: drawTcpPolicy(draw) } : {}),
        subsets: [
          { name: 'v1', labels: { version: 'v1' } },
          { name: 'v2', labels: { version: 'v2' }, ...(draw.chance(0.2) ? { trafficPolicy: drawTcpPolicy(draw) } : {}) },
          { name: 'none', labels: { version: 'v9' } },
        ],
      },
    },
    ...(draw.chance(0.9) ? [drawVirtualService(draw, 'streams')] : []),
    ...(draw.chance(0.25) ? [drawVirtualService(draw, 'more-streams')] : []),
    ...(draw.chance(0.4) ? drawPeerAuthentications(draw) : []),
    ...(draw.chance(0.6) ? drawAuthorizationPolicies(draw) : []),
  ];
  const requests = Array.from({ length: 6 }, (): CaseRequest => {
    const tls = draw.chance(0.5);
    return {
      from: draw.weighted([
        [5, 'web'],
        [3, 'curl'],
        [2, 'legacy'],
      ]),
      protocol: tls ? 'tls' : 'tcp',
      method: '',
      host: tls ? draw.pick([...serverNames, 'c.example.com']) : full,
      port: tls ? 7443 : 7070,
      path: '',
      headers: {},
    };
  });
  return { objects, requests };
}

function drawTcpPolicy(draw: Draw): RoutePart {
  const tls = { tls: { mode: draw.pick(['DISABLE', 'ISTIO_MUTUAL']) } };
  if (draw.chance(0.5)) return { ...tls, connectionPool: { tcp: { maxConnections: 50, connectTimeout: '5s', idleTimeout: '30m' } } };
  return { portLevelSettings: [{ port: { number: draw.pick([7070, 7443]) }, ...tls }] };
}

function drawTargets(draw: Draw): RoutePart[] {
  const target = (port: number | null): RoutePart => ({
    host: 'reviews',
    ...(port === null ? {} : { port: { number: port } }),
    ...(draw.chance(0.85) ? { subset: draw.pick(['v1', 'v2', 'v1', 'v2', 'none']) } : {}),
  });
  const port = draw.pick([null, 7070, 7443]);
  if (draw.chance(0.7)) return [{ destination: target(port), ...(draw.chance(0.2) ? { weight: 100 } : {}) }];
  const [left, right] = draw.pick([
    [100, 0],
    [0, 1],
    [1, 1],
  ] as const);
  return [
    { destination: target(port), weight: left },
    { destination: target(port), weight: right },
  ];
}

function drawScope(draw: Draw): RoutePart {
  return {
    ...(draw.chance(0.15) ? { sourceLabels: draw.pick([{ app: 'web' }, { app: 'curl' }]) } : {}),
    ...(draw.chance(0.12) ? { sourceNamespace: draw.pick(['client', 'shop']) } : {}),
    ...(draw.chance(0.12) ? { gateways: [draw.pick(['mesh', 'istio-system/ingress'])] } : {}),
  };
}

function drawVirtualService(draw: Draw, name: string): ConfigObject {
  const tcp = Array.from({ length: 1 + draw.int(2) }, () => ({
    ...(draw.chance(0.6)
      ? {
          match: [
            {
              ...(draw.chance(0.8) ? { port: draw.pick([7070, 7070, 7443]) } : {}),
              ...(draw.chance(0.15) ? { destinationSubnets: ['127.96.0.0/16'] } : {}),
              ...drawScope(draw),
            },
          ],
        }
      : {}),
    route: drawTargets(draw),
  }));
  const tls = Array.from({ length: 1 + draw.int(2) }, () => ({
    match: [
      {
        sniHosts: draw.some(serverNames, 1 + draw.int(2)),
        ...(draw.chance(0.8) ? { port: draw.pick([7443, 7443, 7070]) } : {}),
        ...drawScope(draw),
      },
    ],
    route: drawTargets(draw),
  }));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadata(draw, name, 'shop'),
    spec: {
      hosts: draw.chance(0.5) ? ['reviews', 'a.example.com', 'b.example.com'] : [full, '*.example.com'],
      ...(draw.chance(0.8) ? { tcp } : {}),
      ...(draw.chance(0.8) ? { tls } : {}),
    },
  };
}
