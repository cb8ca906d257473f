import { cookiePattern, readCookiePattern } from '../shared/conditions';
import type { Condition, ConditionRules, ConditionSubject } from '../shared/conditions';
import { withField } from '../shared/json';
import type { StringMatch } from '../shared/route-parts';
import type { HttpRule } from './read-traffic';

type Match = NonNullable<HttpRule['match']>[number];

const texts = ['exact', 'prefix', 'regex'] as const;

/** What a match of a VirtualService can look at. */
export const virtualServiceConditions: ConditionRules = {
  uri: texts,
  method: texts,
  header: [...texts, 'present'],
  withoutHeader: [...texts, 'present'],
  cookie: [...texts, 'present'],
  query: [...texts, 'present'],
  authority: texts,
  scheme: texts,
  port: ['exact'],
  callerNamespace: ['exact'],
  callerLabel: ['exact'],
  gateway: ['exact'],
};

function readText(subject: ConditionSubject, name: string, match: StringMatch): Condition {
  if (match.exact !== undefined) return { subject, name, operator: 'exact', value: match.exact };
  if (match.prefix !== undefined) return { subject, name, operator: 'prefix', value: match.prefix };
  // Istio takes `*` for "is there".
  if (match.regex !== undefined && match.regex !== '*') return { subject, name, operator: 'regex', value: match.regex };
  return { subject, name, operator: 'present', value: '' };
}

/** The conditions of a match. Its name, `statPrefix` and `ignoreUriCase` are none and stay with the match. */
export function readMatch(match: Match): Condition[] {
  const named = (subject: ConditionSubject, entries: Record<string, StringMatch> | undefined) =>
    Object.entries(entries ?? {}).map(([name, value]) => readText(subject, name, value));
  const single = (subject: ConditionSubject, value: StringMatch | undefined) => (value === undefined ? [] : [readText(subject, '', value)]);
  const exact = (subject: ConditionSubject, name: string, value: string): Condition => ({ subject, name, operator: 'exact', value });
  const headers = named('header', match.headers).map((one) => {
    const cookie = one.name.toLowerCase() === 'cookie' && one.operator === 'regex' ? readCookiePattern(one.value) : null;
    return cookie === null ? one : { subject: 'cookie' as const, ...cookie };
  });
  return [
    ...single('uri', match.uri),
    ...single('method', match.method),
    ...headers,
    ...named('withoutHeader', match.withoutHeaders),
    ...named('query', match.queryParams),
    ...single('authority', match.authority),
    ...single('scheme', match.scheme),
    ...(match.port === undefined ? [] : [exact('port', '', String(match.port))]),
    ...(match.sourceNamespace === undefined ? [] : [exact('callerNamespace', '', match.sourceNamespace)]),
    ...Object.entries(match.sourceLabels ?? {}).map(([name, value]) => exact('callerLabel', name, value)),
    ...(match.gateways ?? []).map((gateway) => exact('gateway', '', gateway)),
  ];
}

function writeText({ operator, value }: Condition, before: StringMatch | undefined): StringMatch {
  if (operator !== 'present') return { [operator]: value };
  // "Is there" has two spellings; the one that is used stays.
  return before !== undefined && readText('header', '', before).operator === 'present' ? before : {};
}

/** The match with these conditions, and whatever else it says. */
export function writeMatch(before: Match, conditions: readonly Condition[]): Match {
  const of = (subject: ConditionSubject) => conditions.filter((one) => one.subject === subject);
  const single = (subject: ConditionSubject, field: 'uri' | 'method' | 'authority' | 'scheme') => {
    const condition = of(subject).at(-1);
    return condition === undefined ? undefined : writeText(condition, before[field]);
  };
  const named = (list: readonly Condition[], field: 'headers' | 'withoutHeaders' | 'queryParams') =>
    list.length === 0 ? undefined : Object.fromEntries(list.map((one) => [one.name, writeText(one, before[field]?.[one.name])]));
  const cookies = of('cookie').map((one): [string, StringMatch] => ['cookie', { regex: cookiePattern(one) }]);
  const headers = { ...named(of('header'), 'headers'), ...cookieHeaders(before, cookies) };
  const labels = of('callerLabel').map((one) => [one.name, one.value]);
  const gateways = of('gateway').map((one) => one.value);
  const port = Number(of('port').at(-1)?.value);
  let match = before;
  match = withField(match, 'uri', single('uri', 'uri'));
  match = withField(match, 'method', single('method', 'method'));
  match = withField(match, 'headers', Object.keys(headers).length === 0 ? undefined : headers);
  match = withField(match, 'withoutHeaders', named(of('withoutHeader'), 'withoutHeaders'));
  match = withField(match, 'queryParams', named(of('query'), 'queryParams'));
  match = withField(match, 'authority', single('authority', 'authority'));
  match = withField(match, 'scheme', single('scheme', 'scheme'));
  match = withField(match, 'port', Number.isInteger(port) && port > 0 ? port : undefined);
  match = withField(match, 'sourceNamespace', of('callerNamespace').at(-1)?.value);
  match = withField(match, 'sourceLabels', labels.length === 0 ? undefined : (Object.fromEntries(labels) as Record<string, string>));
  return withField(match, 'gateways', gateways.length === 0 ? undefined : gateways);
}

/** A cookie that was not touched keeps the pattern it is written with. */
function cookieHeaders(before: Match, cookies: readonly [string, StringMatch][]): Record<string, StringMatch> {
  const written = Object.entries(before.headers ?? {}).find(([name]) => name.toLowerCase() === 'cookie');
  const known = written?.[1].regex === undefined ? null : readCookiePattern(written[1].regex);
  return Object.fromEntries(
    cookies.map(([name, match]): [string, StringMatch] => {
      const same = written !== undefined && known !== null && cookiePattern(known) === match.regex;
      return same ? written : [name, match];
    }),
  );
}
