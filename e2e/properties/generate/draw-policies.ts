import type { Draw } from './draw';
import type { RoutePart } from './draw-actions';
import { metadata } from './draw-virtual-services';
import type { ConfigObject } from './property-case';

export const issuer = 'https://issuer.example.com';
const modes = ['STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET'] as const;

/** Who must prove what on the servers' side: mesh, namespace, workload, port. */
export function drawPeerAuthentications(draw: Draw): ConfigObject[] {
  const levels = draw.some(['mesh', 'namespace', 'workload', 'older'] as const, 1 + draw.int(3));
  return levels.map((level, index): ConfigObject => {
    const selector =
      level === 'workload' || (level === 'older' && draw.chance(0.4))
        ? { selector: { matchLabels: draw.pick([{ app: 'reviews' }, { app: 'reviews', version: 'v2' }]) } }
        : {};
    const ports =
      'selector' in selector && draw.chance(0.6)
        ? { portLevelMtls: { [draw.pick(['9080', '9081', '7070'])]: { mode: draw.pick(modes) } } }
        : {};
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: metadata(draw, `peers-${index}`, level === 'mesh' ? 'istio-system' : 'shop'),
      spec: { ...selector, ...(draw.chance(0.85) ? { mtls: { mode: draw.pick(modes) } } : {}), ...ports },
    };
  });
}

const sources: readonly ((draw: Draw) => readonly [field: string, values: readonly string[]])[] = [
  (draw) => [
    'principals',
    [draw.pick(['cluster.local/ns/client/sa/web', 'cluster.local/ns/client/*', '*/sa/curl', '*', 'cluster.local/ns/other/sa/x'])],
  ],
  (draw) => ['namespaces', [draw.pick(['client', 'shop', 'cl*', '*op', '*'])]],
  (draw) => ['serviceAccounts', [draw.pick(['client/web', 'shop/curl', 'web', 'other/x'])]],
  (draw) => ['trustDomains', [draw.pick(['cluster.local', 'other.local', 'cluster*'])]],
  (draw) => ['ipBlocks', [draw.pick(['{ip:web}', '{ip:web}/32', '127.0.0.0/8', '10.0.0.0/8'])]],
  (draw) => ['remoteIpBlocks', [draw.pick(['{ip:curl}', '127.0.0.0/8', '10.0.0.0/8'])]],
  (draw) => ['requestPrincipals', [draw.pick([`${issuer}/alice`, `${issuer}/*`, '*/bob', '*'])]],
];

const operations: readonly ((draw: Draw) => readonly [field: string, values: readonly string[]])[] = [
  (draw) => ['methods', draw.pick([['GET'], ['POST', 'PUT'], ['G*'], ['*']])],
  (draw) => ['paths', draw.pick([['/a*'], ['*.pdf'], ['/reviews/1', '/a/b'], ['/'], ['/a/{*}'], ['/{**}/b'], ['*']])],
  (draw) => ['hosts', draw.pick([['reviews.shop*'], ['*:9080'], ['ext.example.com'], ['REVIEWS.shop.svc.cluster.local:9080']])],
  (draw) => ['ports', draw.pick([['9080'], ['9081'], ['7070', '9080']])],
];

const conditions: readonly ((draw: Draw) => readonly [key: string, values: readonly string[]])[] = [
  (draw) => ['request.headers[x-tier]', [draw.pick(['jason', 'ja*', '*son', '*'])]],
  (draw) => ['request.headers[end-user]', [draw.pick(['jason', 'bob'])]],
  (draw) => ['source.ip', [draw.pick(['{ip:web}', '127.0.0.0/8'])]],
  (draw) => ['remote.ip', [draw.pick(['{ip:curl}', '127.0.0.0/8'])]],
  (draw) => ['source.namespace', [draw.pick(['client', 'sh*'])]],
  (draw) => ['source.principal', [draw.pick(['cluster.local/ns/client/sa/web', '*'])]],
  (draw) => ['source.serviceAccount', [draw.pick(['client/web', 'shop/curl'])]],
  (draw) => ['source.trustDomain', [draw.pick(['cluster.local', 'other.local'])]],
  (draw) => ['request.auth.principal', [draw.pick([`${issuer}/alice`, '*'])]],
  (draw) => ['request.auth.audiences', [draw.pick(['shop-api', 'other-api', 'shop*'])]],
  (draw) => ['request.auth.presenter', [draw.pick(['web-client', '*'])]],
  (draw) => ['request.auth.claims[groups]', [draw.pick(['admins', 'users', 'ad*'])]],
  (draw) => ['request.auth.claims[realm][role]', [draw.pick(['reader', 'writer'])]],
  (draw) => ['request.auth.claims[scope]', [draw.pick(['read', 'write'])]],
  () => ['destination.ip', ['{ip:reviews-v1}']],
  (draw) => ['destination.port', [draw.pick(['9080', '7070'])]],
  (draw) => ['connection.sni', [draw.pick(['outbound_.9080_._.reviews.shop.svc.cluster.local', '*'])]],
];

function negated(name: string): string {
  return `not${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function drawRule(draw: Draw): RoutePart {
  const rule: RoutePart = {};
  if (draw.chance(0.55)) {
    rule['from'] = Array.from({ length: draw.chance(0.25) ? 2 : 1 }, () => ({
      source: drawFields(draw, sources, draw.chance(0.25) ? 2 : 1),
    }));
  }
  if (draw.chance(0.6)) {
    rule['to'] = Array.from({ length: draw.chance(0.25) ? 2 : 1 }, () => ({
      operation: drawFields(draw, operations, draw.chance(0.35) ? 2 : 1),
    }));
  }
  if (draw.chance(0.45)) {
    rule['when'] = draw.some(conditions, draw.chance(0.25) ? 2 : 1).map((condition) => {
      const [key, values] = condition(draw);
      return { key, [draw.chance(0.25) ? 'notValues' : 'values']: values };
    });
  }
  return rule;
}

function drawFields(draw: Draw, pools: typeof sources, count: number): RoutePart {
  // serviceAccounts may not stand beside principals or namespaces.
  const chosen = draw.some(pools, count).map((pool) => pool(draw));
  const exclusive = chosen.some(([field]) => field === 'serviceAccounts');
  return Object.fromEntries(
    (exclusive ? chosen.filter(([field]) => field !== 'principals' && field !== 'namespaces') : chosen).map(([field, values]) => [
      draw.chance(0.25) ? negated(field) : field,
      values,
    ]),
  );
}

/** Policies of all actions but CUSTOM, for workloads, the namespace and the mesh. */
export function drawAuthorizationPolicies(draw: Draw): ConfigObject[] {
  const count = draw.weighted([
    [5, 1],
    [3, 2],
    [1, 3],
  ]);
  return Array.from({ length: count }, (_, index): ConfigObject => {
    const action = draw.weighted([
      [5, 'ALLOW'],
      [5, 'DENY'],
      [1, 'AUDIT'],
    ]);
    const selector = draw.weighted<RoutePart>([
      [4, { selector: { matchLabels: { app: 'reviews' } } }],
      [2, { selector: { matchLabels: { app: 'reviews', version: 'v2' } } }],
      [3, {}],
    ]);
    const target = metadata(
      draw,
      `policy-${index}`,
      draw.weighted([
        [8, 'shop'],
        [1, 'istio-system'],
        [1, 'client'],
      ]),
    );
    const rules = draw.weighted<() => readonly RoutePart[] | null>([
      [8, () => Array.from({ length: 1 + draw.int(2) }, () => drawRule(draw))],
      [1, () => [{}]],
      [1, () => null],
    ])();
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: draw.chance(0.08) ? { ...target, annotations: { 'istio.io/dry-run': 'true' } } : target,
      spec: { ...selector, ...(action === 'ALLOW' && draw.chance(0.4) ? {} : { action }), ...(rules === null ? {} : { rules }) },
    };
  });
}

export function drawRequestAuthentication(draw: Draw): ConfigObject {
  const rule = {
    issuer,
    jwks: '{jwks}',
    ...(draw.chance(0.4) ? { audiences: ['shop-api', 'more-api'] } : {}),
    ...(draw.chance(0.35) ? { fromHeaders: [{ name: 'x-token', ...(draw.chance(0.5) ? { prefix: 'Token ' } : {}) }] } : {}),
    ...(draw.chance(0.3) ? { fromParams: ['token'] } : {}),
    ...(draw.chance(0.25) ? { fromCookies: ['session'] } : {}),
    ...(draw.chance(0.35) ? { outputPayloadToHeader: 'x-payload' } : {}),
    ...(draw.chance(0.4)
      ? {
          outputClaimToHeaders: [
            { header: 'x-subject', claim: 'sub' },
            ...(draw.chance(0.5) ? [{ header: 'x-role', claim: 'realm.role' }] : []),
          ],
        }
      : {}),
    ...(draw.chance(0.4) ? { forwardOriginalToken: draw.chance(0.7) } : {}),
    ...(draw.chance(0.25) ? { spaceDelimitedClaims: ['groups'] } : {}),
    ...(draw.chance(0.15) ? { timeout: '5s' } : {}),
  };
  const second = draw.chance(0.25) ? [{ issuer: 'https://second.example.com', jwks: '{jwks}' }] : [];
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: metadata(
      draw,
      'tokens',
      draw.weighted([
        [8, 'shop'],
        [1, 'istio-system'],
      ]),
    ),
    spec: { ...(draw.chance(0.6) ? { selector: { matchLabels: { app: 'reviews' } } } : {}), jwtRules: [rule, ...second] },
  };
}
