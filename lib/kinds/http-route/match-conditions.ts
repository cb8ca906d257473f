import type { Condition, ConditionOperator, ConditionRules, ConditionSubject } from '../shared/conditions';
import { withField } from '../shared/json';
import { readNamed, writeNamed } from '../shared/named-conditions';
import type { HTTPRouteSpec } from './schema';

type Rule = NonNullable<HTTPRouteSpec['rules']>[number];
type HttpRouteMatch = NonNullable<Rule['matches']>[number];

/** What a match of an HTTPRoute can look at. */
export const httpRouteConditions: ConditionRules = {
  uri: ['prefix', 'exact', 'regex'],
  method: ['exact'],
  header: ['exact', 'regex'],
  cookie: ['exact', 'prefix', 'regex', 'present'],
  query: ['exact', 'regex'],
};

/** The conditions of a match. A path prefix of `/`, which the API server writes by itself, is none. */
export function readMatch(match: HttpRouteMatch): Condition[] {
  const type = match.path?.type ?? 'PathPrefix';
  const value = match.path?.value ?? '/';
  const everyPath = type === 'PathPrefix' && value === '/';
  const operator: ConditionOperator = type === 'Exact' ? 'exact' : type === 'PathPrefix' ? 'prefix' : 'regex';
  return [
    ...(match.path === undefined || everyPath ? [] : [{ subject: 'uri' as const, name: '', operator, value }]),
    ...(match.method === undefined ? [] : [{ subject: 'method' as const, name: '', operator: 'exact' as const, value: match.method }]),
    ...readNamed('header', match.headers),
    ...readNamed('query', match.queryParams),
  ];
}

const pathTypes = { exact: 'Exact', prefix: 'PathPrefix', regex: 'RegularExpression', present: 'PathPrefix' } as const;

/** The match with these conditions, and whatever else it says. */
export function writeMatch(before: HttpRouteMatch, conditions: readonly Condition[]): HttpRouteMatch {
  const of = (...subjects: ConditionSubject[]) => conditions.filter((one) => subjects.includes(one.subject));
  const path = of('uri').at(-1);
  const was = readMatch(before).find((one) => one.subject === 'uri');
  let match = before;
  if (path === undefined && was !== undefined) match = withField(match, 'path', undefined);
  if (path !== undefined && (path.operator !== was?.operator || path.value !== was.value))
    match = { ...match, path: { type: pathTypes[path.operator], value: path.value } };
  // The API server refuses what is no method.
  match = withField(match, 'method', of('method').at(-1)?.value as HttpRouteMatch['method']);
  match = withField(match, 'headers', writeNamed(before.headers, of('header', 'cookie')));
  return withField(match, 'queryParams', writeNamed(before.queryParams, of('query')));
}
