import type { Condition, ConditionRules } from '../shared/conditions';
import {
  readBackends,
  readHeaderFilter,
  readMirrorFilters,
  writeAlternatives,
  writeBackends,
  writeHeaderFilter,
  writeMirrorFilters,
} from '../shared/gateway-api-rules';
import { withField } from '../shared/json';
import { readNamed, writeNamed } from '../shared/named-conditions';
import { makeRuleEditor } from '../shared/rule-editor';
import type { GRPCRouteSpec } from './schema';

type Rule = NonNullable<GRPCRouteSpec['rules']>[number];
type Match = NonNullable<Rule['matches']>[number];

const grpcRouteConditions: ConditionRules = {
  grpcService: ['exact', 'regex'],
  grpcMethod: ['exact', 'regex'],
  header: ['exact', 'regex'],
};

function readMatch(match: Match): Condition[] {
  const { method } = match;
  const operator = method?.type === 'RegularExpression' ? 'regex' : 'exact';
  return [
    ...(method?.service === undefined ? [] : [{ subject: 'grpcService' as const, name: '', operator, value: method.service } as const]),
    ...(method?.method === undefined ? [] : [{ subject: 'grpcMethod' as const, name: '', operator, value: method.method } as const]),
    ...readNamed('header', match.headers),
  ];
}

/** Service and method share one kind of comparison: the pattern wins when they differ. */
function writeMatch(before: Match, conditions: readonly Condition[]): Match {
  const service = conditions.findLast((one) => one.subject === 'grpcService');
  const name = conditions.findLast((one) => one.subject === 'grpcMethod');
  const regex = service?.operator === 'regex' || name?.operator === 'regex';
  let method: NonNullable<Match['method']> = { ...before.method };
  method = withField(method, 'service', service?.value);
  method = withField(method, 'method', name?.value);
  if (regex !== (before.method?.type === 'RegularExpression')) method = { ...method, type: regex ? 'RegularExpression' : 'Exact' };
  const match = withField(before, 'method', service === undefined && name === undefined ? undefined : method);
  return withField(
    match,
    'headers',
    writeNamed(
      before.headers,
      conditions.filter((one) => one.subject === 'header'),
    ),
  );
}

/** The rules of a GRPCRoute, part by part. */
export const grpcRouteRules = makeRuleEditor<Rule>(
  {
    kind: 'GRPCRoute',
    conditions: grpcRouteConditions,
    redirectModes: [],
    rewriteModes: [],
    action: () => 'route',
    name: (rule) => rule.name ?? null,
  },
  {
    matches: {
      read: (rule) => {
        const matches = (rule.matches ?? []).map(readMatch);
        return matches.length === 1 && matches[0]?.length === 0 ? [] : matches;
      },
      write: (rule, matches) =>
        withField(rule, 'matches', writeAlternatives(rule.matches ?? [], matches, { read: readMatch, write: writeMatch, empty: {} })),
    },
    destinations: { read: readBackends, write: (rule, destinations) => writeBackends(rule, destinations) },
    mirrors: { read: readMirrorFilters, write: (rule, mirrors) => writeMirrorFilters(rule, mirrors) },
    requestHeaders: {
      read: (rule) => readHeaderFilter(rule, 'requestHeaders'),
      write: (rule, value) => writeHeaderFilter(rule, 'requestHeaders', value),
    },
    responseHeaders: {
      read: (rule) => readHeaderFilter(rule, 'responseHeaders'),
      write: (rule, value) => writeHeaderFilter(rule, 'responseHeaders', value),
    },
  },
);
