import type { VirtualService } from '@/lib/kinds';
import { defineFinding, kindKeys } from '../define-finding';
import { isCovered, regionOf } from '../match-space';
import type { Region } from '@/lib/kinds/shared/match-space';
import { gatewayKey } from '../topics';

type Rule = NonNullable<VirtualService['spec']['http']>[number];

interface Piece {
  rule: number;
  /** `undefined`: a rule without matches takes everything. */
  match: number | undefined;
  gateways: readonly string[];
  region: Region;
}

/** What each rule takes in, per gateway, in the order rules are tried. */
function piecesOf(object: VirtualService): Piece[] {
  const namespace = object.metadata.namespace ?? '';
  const all = object.spec.gateways === undefined || object.spec.gateways.length === 0 ? ['mesh'] : object.spec.gateways;
  return (object.spec.http ?? []).flatMap((rule: Rule, index): Piece[] => {
    if (rule.match === undefined || rule.match.length === 0)
      return [{ rule: index, match: undefined, gateways: all.map((one) => gatewayKey(one, namespace)), region: { is: [], not: [] } }];
    return rule.match.map((match, position): Piece => {
      const gateways = match.gateways === undefined || match.gateways.length === 0 ? all : match.gateways;
      return { rule: index, match: position, gateways: gateways.map((one) => gatewayKey(one, namespace)), region: regionOf(match) };
    });
  });
}

/** Which of the pieces can never be chosen, with the rules that are chosen in their place. */
function unreachable(object: VirtualService): { piece: Piece; by: number[] }[] {
  const pieces = piecesOf(object);
  return pieces.flatMap((piece, index) => {
    // Within one rule it makes no difference which match is the one.
    const earlier = pieces.slice(0, index).filter((one) => one.rule !== piece.rule);
    const covered = piece.gateways.every((gateway) =>
      isCovered(
        piece.region,
        earlier.filter((one) => one.gateways.includes(gateway)).map((one) => one.region),
      ),
    );
    if (!covered || earlier.length === 0) return [];
    const alone = earlier.filter((one) => isCovered(piece.region, [one.region]));
    return [{ piece, by: [...new Set((alone.length > 0 ? alone.slice(0, 1) : earlier).map((one) => one.rule))] }];
  });
}

const found = new WeakMap<VirtualService, ReturnType<typeof unreachable>>();

function unreachableOf(object: VirtualService): ReturnType<typeof unreachable> {
  let result = found.get(object);
  if (result === undefined) {
    result = (object.spec.http ?? []).length < 2 ? [] : unreachable(object);
    found.set(object, result);
  }
  return result;
}

function isWhole(object: VirtualService, rule: number): boolean {
  const matches = object.spec.http?.[rule]?.match?.length ?? 0;
  return unreachableOf(object).filter((one) => one.piece.rule === rule).length >= Math.max(1, matches);
}

function namesOf(object: VirtualService, rules: readonly number[]): string {
  return rules
    .map((rule) => (object.spec.http?.[rule]?.name === undefined ? `http[${rule}]` : `http[${rule}] (${object.spec.http[rule].name})`))
    .join(', ');
}

export const unreachableRule = defineFinding({
  code: 'HED0130',
  severity: 'warning',
  istio: 'IST0130',
  title: 'Route that no request can reach',
  cause:
    'Routes are tried in order and the first that matches is taken. Every request this route matches is matched by the routes before it, one of them or several together.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - match: [{ uri: { prefix: /reviews } }]
      route: [{ destination: { host: reviews } }]
    - match: [{ uri: { prefix: /reviews/admin } }]
      route: [{ destination: { host: admin } }]`,
  fix: 'Put the more specific route first, or delete it.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    const seen = new Set<number>();
    for (const { piece, by } of unreachableOf(object)) {
      if (seen.has(piece.rule) || !isWhole(object, piece.rule)) continue;
      seen.add(piece.rule);
      report(
        `spec.http[${piece.rule}]`,
        `No request reaches this route: ${namesOf(object, by)} ${by.length === 1 ? 'takes' : 'take'} all that it matches`,
      );
    }
    const { tcp = [] } = object.spec;
    const open = tcp.findIndex((rule) => rule.match === undefined || rule.match.length === 0);
    if (open >= 0 && open < tcp.length - 1) report(`spec.tcp[${open + 1}]`, `No connection reaches this route: tcp[${open}] takes all`);
  },
});

export const ineffectiveMatch = defineFinding({
  code: 'HED0131',
  severity: 'info',
  istio: 'IST0131',
  title: 'Match that changes nothing',
  cause: 'The requests of this match are taken by routes before it. The other matches of its route can be reached.',
  example: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - match: [{ uri: { prefix: /a } }]
      route: [{ destination: { host: reviews } }]
    - match: [{ uri: { exact: /a/b } }, { uri: { prefix: /c } }]
      route: [{ destination: { host: ratings } }]`,
  fix: 'Delete the match, or put its route first.',
  kinds: [kindKeys.virtualService],
  check(object: VirtualService, _mesh, report) {
    for (const { piece, by } of unreachableOf(object)) {
      if (piece.match === undefined || isWhole(object, piece.rule)) continue;
      report(
        `spec.http[${piece.rule}].match[${piece.match}]`,
        `${namesOf(object, by)} ${by.length === 1 ? 'takes' : 'take'} all requests of this match`,
      );
    }
  },
});
