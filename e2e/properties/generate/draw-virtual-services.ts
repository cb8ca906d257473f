import type { Draw } from './draw';
import type { Destination, RoutePart } from './draw-actions';
import { drawDirectResponse, drawHeaderOperations, drawModifiers, drawRedirect, drawRoute } from './draw-actions';
import type { Condition, RequestDraft } from './match-pools';
import { drawHeader, drawPseudoHeader, drawQuery, drawUri } from './match-pools';
import type { ConfigObject } from './property-case';

/** How to write a request that one match of a VirtualService takes. */
export interface Witness {
  readonly host: string;
  fulfil(request: RequestDraft): void;
}

export interface DrawnVirtualServices {
  readonly objects: readonly ConfigObject[];
  readonly witnesses: readonly Witness[];
}

/** What kind of case the VirtualServices are for. */
export interface VirtualServiceScene {
  /** Requests come by the ingress gateway too. */
  readonly gateway: boolean;
  /** Destinations per namespace, as objects of that namespace write them. */
  destinations(namespace: string): readonly Destination[];
}

const inGateway = ['istio-system/ingress'];

/** The creation times of objects are drawn, since age decides between VirtualServices. */
export function metadata(draw: Draw, name: string, namespace: string): ConfigObject['metadata'] {
  const two = (below: number): string => String(draw.int(below)).padStart(2, '0');
  return { name, namespace, creationTimestamp: `2025-01-01T00:${two(60)}:${two(60)}Z` };
}

/** One to three VirtualServices, some of them on one host, perhaps with a delegate. */
export function drawVirtualServices(draw: Draw, scene: VirtualServiceScene): DrawnVirtualServices {
  const objects: ConfigObject[] = [];
  const witnesses: Witness[] = [];
  const count = draw.weighted([
    [5, 1],
    [4, 2],
    [1, 3],
  ]);
  const delegates = draw.chance(0.2);
  for (let index = 0; index < count; index++) {
    const namespace = draw.weighted([
      [6, 'shop'],
      [3, 'client'],
      [1, 'istio-system'],
    ]);
    const hosts = drawHosts(draw, namespace);
    const gateways = drawGateways(draw, scene);
    const isRoot = delegates && index === 0;
    const http = isRoot
      ? drawRoots(draw, namespace, hosts.asked, witnesses)
      : Array.from({ length: 1 + draw.int(3) }, () => drawHttp(draw, { scene, namespace, hosts: hosts.asked, witnesses, delegate: false }));
    objects.push({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: metadata(draw, `vs-${index}`, namespace),
      spec: { hosts: hosts.written, ...(gateways === null ? {} : { gateways }), ...drawExportTo(draw), http },
    });
    if (isRoot) {
      const part = Array.from({ length: 1 + draw.int(3) }, () =>
        drawHttp(draw, { scene, namespace: 'shop', hosts: hosts.asked, witnesses, delegate: true }),
      );
      objects.push({
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: metadata(draw, 'part', 'shop'),
        spec: { http: part },
      });
    }
  }
  return { objects, witnesses };
}

function drawHosts(draw: Draw, namespace: string): { written: string[]; asked: string[] } {
  const full = 'reviews.shop.svc.cluster.local';
  const short = namespace === 'shop' ? 'reviews' : full;
  return draw.weighted<{ written: string[]; asked: string[] }>([
    [4, { written: [short], asked: [full, 'reviews.shop'] }],
    [4, { written: [full], asked: ['reviews.shop.svc.cluster.local', 'reviews.shop.svc'] }],
    [1, { written: ['*.shop.svc.cluster.local'], asked: [full, 'ratings.shop'] }],
    [1, { written: ['*'], asked: [full] }],
    [1, { written: ['ratings.shop.svc.cluster.local', full], asked: ['ratings.shop', full] }],
    [1, { written: ['ext.example.com'], asked: ['ext.example.com'] }],
    [1, { written: ['virtual.example.com'], asked: ['virtual.example.com'] }],
  ]);
}

function drawGateways(draw: Draw, scene: VirtualServiceScene): readonly string[] | null {
  if (!scene.gateway) return draw.chance(0.15) ? ['mesh'] : null;
  return draw.weighted<readonly string[] | null>([
    [5, inGateway],
    [3, [...inGateway, 'mesh']],
    [1, null],
  ]);
}

function drawExportTo(draw: Draw): RoutePart {
  return draw.weighted<RoutePart>([
    [16, {}],
    [1, { exportTo: ['.'] }],
    [1, { exportTo: ['*'] }],
    [1, { exportTo: ['client'] }],
    [1, { exportTo: ['~'] }],
    [1, { exportTo: ['.', 'client'] }],
  ]);
}

interface HttpScene {
  readonly scene: VirtualServiceScene;
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly witnesses: Witness[];
  readonly delegate: boolean;
}

function drawHttp(draw: Draw, http: HttpScene): RoutePart {
  const destinations = http.scene.destinations(http.namespace);
  const matches = draw.weighted([
    [3, 0],
    [6, 1],
    [2, 2],
  ]);
  const match = Array.from({ length: matches }, () => drawMatch(draw, http));
  const action = draw.weighted<() => RoutePart>([
    [9, () => ({ ...drawRoute(draw, destinations), ...drawModifiers(draw, destinations) })],
    [2, () => ({ ...drawRedirect(draw), ...(draw.chance(0.2) ? { headers: drawHeaderOperations(draw) } : {}) })],
    [2, () => ({ ...drawDirectResponse(draw), ...(draw.chance(0.3) ? { headers: drawHeaderOperations(draw) } : {}) })],
  ])();
  if (matches === 0) http.witnesses.push({ host: draw.pick(http.hosts), fulfil: () => {} });
  return { ...(draw.chance(0.3) ? { name: draw.pick(['first', 'main', 'other']) } : {}), ...(matches === 0 ? {} : { match }), ...action };
}

/** Routes of a VirtualService that hands over to `part`. */
function drawRoots(draw: Draw, namespace: string, hosts: readonly string[], witnesses: Witness[]): RoutePart[] {
  return Array.from({ length: 1 + draw.int(2) }, () => {
    const prefix = draw.pick(['/', '/a', '/reviews/']);
    const conditions = draw.chance(0.4) ? [drawHeader(draw, false)] : [];
    witnesses.push({
      host: draw.pick(hosts),
      fulfil(request) {
        request.path = prefix + draw.pick(['', 'b', '12']);
        for (const condition of conditions) condition.fulfil(request);
      },
    });
    return {
      ...(draw.chance(0.4) ? { name: 'root' } : {}),
      match: [{ uri: { prefix }, ...(conditions.length === 0 ? {} : { headers: conditions[0]?.spec }) }],
      delegate: { name: 'part', ...(namespace === 'shop' && draw.chance(0.5) ? {} : { namespace: 'shop' }) },
      ...(draw.chance(0.3) ? { timeout: '20s' } : {}),
      ...(draw.chance(0.3) ? { headers: drawHeaderOperations(draw) } : {}),
      ...(draw.chance(0.2) ? { rewrite: { uri: '/from-root' } } : {}),
      ...(draw.chance(0.2) ? { retries: { attempts: 1, retryOn: '5xx' } } : {}),
    };
  });
}

function drawMatch(draw: Draw, { scene, hosts, witnesses, delegate }: HttpScene): RoutePart {
  const spec: RoutePart = {};
  const conditions: Condition[] = [];
  const host = draw.pick(hosts);
  const fulfilments: ((request: RequestDraft) => void)[] = [];
  if (draw.chance(0.65)) {
    const { match, ignoreCase, fulfil } = drawUri(draw);
    spec['uri'] = match;
    if (ignoreCase) spec['ignoreUriCase'] = true;
    fulfilments.push(fulfil);
  }
  if (draw.chance(0.35)) conditions.push(drawHeader(draw, false));
  if (draw.chance(0.15)) conditions.push(drawHeader(draw, true));
  if (draw.chance(0.2)) conditions.push(drawQuery(draw));
  if (draw.chance(0.25)) conditions.push(drawPseudoHeader(draw, hosts));
  for (const { field, spec: condition, fulfil } of conditions) {
    spec[field] = condition;
    fulfilments.push(fulfil);
  }
  if (draw.chance(0.12)) {
    const port = draw.pick([9080, 9081]);
    spec['port'] = port;
    fulfilments.push((request) => (request.port = port));
  }
  if (draw.chance(0.12))
    spec['sourceLabels'] = draw.pick([{ app: 'web' }, { app: 'curl' }, { app: 'web', version: 'v1' }, { version: 'v9' }]);
  if (draw.chance(0.1)) spec['sourceNamespace'] = draw.pick(['client', 'shop']);
  if (draw.chance(0.12)) spec['name'] = draw.pick(['by-path', 'by-header']);
  if (draw.chance(0.06)) spec['statPrefix'] = 'counted';
  // Gateways of a delegate must be among the root's, which the roots here leave out.
  if (!delegate && draw.chance(scene.gateway ? 0.25 : 0.05)) spec['gateways'] = draw.pick([inGateway, ['mesh'], [...inGateway, 'mesh']]);
  witnesses.push({
    host,
    fulfil(request) {
      for (const fulfil of fulfilments) fulfil(request);
    },
  });
  return spec;
}
