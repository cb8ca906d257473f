import { createDraw } from './draw';
import type { Draw } from './draw';
import { origins } from './draw-actions';
import type { Destination } from './draw-actions';
import { drawDestinationRules } from './draw-destination-rules';
import type { DestinationRuleScene } from './draw-destination-rules';
import { drawAuthorizationPolicies, drawPeerAuthentications, drawRequestAuthentication, issuer } from './draw-policies';
import { drawTcpCase } from './draw-tcp';
import { drawVirtualServices } from './draw-virtual-services';
import type { Witness } from './draw-virtual-services';
import { headerNames, looseHeaderValues, loosePaths } from './match-pools';
import type { RequestDraft } from './match-pools';
import type { CaseRequest, ConfigObject, PropertyCase, Token } from './property-case';

export const REQUESTS_PER_CASE = 6;

/** The n-th case of a seed. */
export function drawCase(seed: number, number: number, files: DestinationRuleScene['files']): PropertyCase {
  const draw = createDraw(seed, number);
  if (draw.chance(0.12)) return { number, ...drawTcpCase(draw) };
  const gateway = draw.chance(0.22);
  const outside = draw.chance(0.2);
  const virtual = drawVirtualServices(draw, { gateway, destinations: (namespace) => destinationsFor(namespace, outside) });
  const secured = draw.chance(0.5);
  const authenticated = draw.chance(0.3);
  const objects: ConfigObject[] = [
    ...(gateway ? [ingressGateway(draw)] : []),
    ...(draw.chance(0.9) ? virtual.objects : []),
    ...drawDestinationRules(draw, { files, outside }),
    ...(draw.chance(0.35) ? drawPeerAuthentications(draw) : []),
    ...(secured ? drawAuthorizationPolicies(draw) : []),
    ...(authenticated ? [drawRequestAuthentication(draw)] : []),
  ];
  const text = JSON.stringify(objects);
  const scene: RequestScene = {
    gateway,
    outside,
    authenticated,
    witnesses: virtual.witnesses,
    fails: text.includes('"retries"') ? 0.5 : 0.15,
    hangs: text.includes('"0.8s"') ? 0.3 : 0,
    cors: text.includes('"corsPolicy"') ? 0.45 : 0.02,
  };
  return { number, objects, requests: Array.from({ length: REQUESTS_PER_CASE }, () => drawRequest(draw, scene)) };
}

function destinationsFor(namespace: string, outside: boolean): Destination[] {
  const reviews = namespace === 'shop' ? 'reviews' : 'reviews.shop.svc.cluster.local';
  return [
    { host: reviews, subsets: ['v1', 'v2', 'v1', 'v2', 'all', 'none', 'missing'], ports: [9080, 9080, 9081] },
    { host: reviews, subsets: ['v1', 'v2'], ports: [9080] },
    // A short name is a name of the object's own namespace.
    ...(namespace === 'istio-system' ? [] : [{ host: 'ratings', subsets: [], ports: [9080] }]),
    { host: 'ratings.shop.svc.cluster.local', subsets: [], ports: [9080] },
    ...(outside ? [{ host: 'ext.example.com', subsets: [], ports: [8000, 8443] }] : []),
  ];
}

function ingressGateway(draw: Draw): ConfigObject {
  const hosts = draw.weighted([
    [5, ['*']],
    [1, ['reviews.shop.svc.cluster.local']],
    [1, ['shop/*']],
    [1, ['*.cluster.local', 'reviews.shop']],
  ]);
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'ingress', namespace: 'istio-system' },
    spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }] },
  };
}

interface RequestScene {
  readonly gateway: boolean;
  readonly outside: boolean;
  readonly authenticated: boolean;
  readonly witnesses: readonly Witness[];
  readonly fails: number;
  readonly hangs: number;
  readonly cors: number;
}

const looseHosts = ['reviews.shop', 'reviews.shop.svc', 'reviews.shop.svc.cluster.local', 'ratings.shop', 'nowhere.example.com'];

function drawRequest(draw: Draw, scene: RequestScene): CaseRequest {
  const from = draw.weighted<CaseRequest['from']>([
    [5, 'web'],
    [3, 'curl'],
    [1, 'legacy'],
    [scene.gateway ? 9 : 0, 'gateway'],
  ]);
  const draft: RequestDraft = {
    method: draw.chance(0.85) ? 'GET' : draw.pick(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']),
    path: draw.pick(loosePaths),
    authority: null,
    port: null,
    headers: {},
  };
  let host = draw.pick(from === 'curl' ? [...looseHosts, 'reviews', 'ratings'] : from === 'web' ? [...looseHosts, 'ratings'] : looseHosts);
  if (scene.witnesses.length > 0 && draw.chance(0.85)) {
    const witness = draw.pick(scene.witnesses);
    witness.fulfil(draft);
    host = draft.authority ?? witness.host;
    perturb(draw, draft);
  }
  if (scene.outside && draw.chance(0.25)) host = 'ext.example.com';
  // Without a sidecar there is nobody to know other names.
  if (from === 'legacy' && !/^(reviews|ratings)\.shop/.test(host)) host = 'reviews.shop';
  addHeaders(draw, draft, scene);
  const port =
    host === 'virtual.example.com'
      ? 80
      : host === 'ext.example.com'
        ? draw.pick([8000, 8443])
        : (draft.port ??
          draw.weighted([
            [6, 9080],
            [1, 9081],
          ]));
  return {
    from,
    protocol: 'http',
    method: draft.method,
    host,
    port: from === 'gateway' ? 80 : host.startsWith('ratings') ? 9080 : port,
    path: draft.path,
    headers: draft.headers,
    ...(scene.authenticated && draw.chance(0.7) ? { token: drawToken(draw) } : {}),
    ...(draw.chance(scene.fails) ? { fail: { times: 1 + draw.int(3), status: draw.pick([503, 503, 500, 502, 409, 429]) } } : {}),
    ...(draw.chance(scene.hangs) ? { hangs: true } : {}),
  };
}

/** Away from what the match wants, so that conditions fail one at a time. */
function perturb(draw: Draw, draft: RequestDraft): void {
  if (draw.chance(0.7)) return;
  const names = Object.keys(draft.headers);
  draw.pick([
    () => (draft.path = draw.pick(loosePaths)),
    () => (draft.path += '/more'),
    () => (draft.method = draw.pick(['POST', 'GET', 'PATCH'])),
    () => {
      const [name] = names;
      if (name !== undefined) draft.headers[name] = draw.pick(looseHeaderValues);
    },
  ])();
}

function addHeaders(draw: Draw, draft: RequestDraft, scene: RequestScene): void {
  if (draw.chance(0.3)) draft.headers[draw.pick(headerNames)] ??= draw.pick(looseHeaderValues);
  // A cookie without a crumb is none: HTTP/2 hops lose it.
  if (draft.headers['cookie'] === '') delete draft.headers['cookie'];
  if (draw.chance(0.15)) draft.headers['x-gone'] = 'still here';
  if (draw.chance(0.1)) draft.headers['content-type'] = 'application/grpc';
  if (!draw.chance(scene.cors)) return;
  draft.headers['origin'] = draw.pick([...origins, 'https://evil.example.org', 'ftp://x']);
  if (draw.chance(0.5)) {
    draft.method = 'OPTIONS';
    if (draw.chance(0.8)) draft.headers['access-control-request-method'] = 'POST';
  }
}

function drawToken(draw: Draw): Token {
  return {
    claims: {
      iss: draw.weighted([
        [8, issuer],
        [1, 'https://second.example.com'],
        [1, 'https://unknown.example.com'],
      ]),
      sub: draw.pick(['alice', 'bob']),
      ...(draw.chance(0.7) ? { aud: draw.pick<string | readonly string[]>(['shop-api', 'other-api', ['more-api', 'x']]) } : {}),
      ...(draw.chance(0.5) ? { azp: 'web-client' } : {}),
      ...(draw.chance(0.7) ? { groups: draw.pick<string | readonly string[]>([['admins', 'users'], 'users admins', ['users']]) } : {}),
      ...(draw.chance(0.5) ? { realm: { role: draw.pick(['reader', 'writer']) } } : {}),
      ...(draw.chance(0.5) ? { scope: draw.pick(['read write', 'read']) } : {}),
    },
    expiresIn: draw.chance(0.88) ? 3600 : -3600,
    signer: draw.weighted([
      [10, 'issuer'],
      [1, 'stranger'],
      [1, 'none'],
    ]),
    place: draw.weighted([
      [6, 'bearer'],
      [2, 'x-token'],
      [1, 'query'],
      [1, 'cookie'],
    ]),
  };
}
