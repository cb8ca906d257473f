import type { HttpMatchSpec, HttpRouteSpec, HttpRule, StringMatch } from './route-model';
import type { SourceObject } from './provenance';

/**
 * The rules a root rule with `delegate` stands for: the delegate's rules, each narrowed to what a match of the root allows and
 * completed by the root's settings (istio.md §1.1 "Delegate merge"). A delegate match that no root match contains is dropped.
 */
export function mergeDelegate(root: HttpRouteSpec, delegate: readonly HttpRouteSpec[], delegateSource: SourceObject): HttpRule[] {
  return delegate.flatMap((rule, index) => {
    const matches = mergeMatches(root.match ?? [], rule.match ?? []);
    if (matches === undefined) return [];
    return [{ origin: { source: delegateSource, path: `spec.http[${index}]` }, spec: completeRule(root, rule, matches) }];
  });
}

function completeRule(root: HttpRouteSpec, leaf: HttpRouteSpec, matches: HttpMatchSpec[]): HttpRouteSpec {
  const merged: HttpRouteSpec = { ...leaf };
  delete merged.delegate;
  if (matches.length > 0) merged.match = matches;
  const name = joinNames(root.name, leaf.name);
  if (name !== undefined) merged.name = name;
  const inherited = [
    'rewrite',
    'directResponse',
    'timeout',
    'retries',
    'fault',
    'mirror',
    'mirrors',
    'mirrorPercent',
    'mirror_percent',
    'mirrorPercentage',
    'corsPolicy',
    'headers',
  ] as const;
  for (const field of inherited) {
    if (merged[field] === undefined && root[field] !== undefined) Object.assign(merged, { [field]: root[field] });
  }
  return merged;
}

function joinNames(root: string | undefined, leaf: string | undefined): string | undefined {
  if (root === undefined || root === '') return leaf;
  return leaf === undefined || leaf === '' ? root : `${root}-${leaf}`;
}

/** `undefined`: nothing of the delegate's rule is left. An empty list: no condition at all. */
function mergeMatches(root: readonly HttpMatchSpec[], leaf: readonly HttpMatchSpec[]): HttpMatchSpec[] | undefined {
  if (root.length === 0) return [...leaf];
  if (leaf.length === 0) return [...root];
  const merged: HttpMatchSpec[] = [];
  for (const rootMatch of root) {
    for (const leafMatch of leaf) if (!isConflict(rootMatch, leafMatch)) merged.push(mergeMatch(rootMatch, leafMatch));
  }
  return merged.length === 0 ? undefined : merged;
}

function mergeMatch(root: HttpMatchSpec, leaf: HttpMatchSpec): HttpMatchSpec {
  const merged: HttpMatchSpec = { ...root, ...leaf };
  const name = joinNames(root.name, leaf.name);
  if (name !== undefined) merged.name = name;
  for (const field of ['headers', 'withoutHeaders', 'queryParams', 'sourceLabels'] as const) {
    if (root[field] !== undefined && leaf[field] !== undefined) Object.assign(merged, { [field]: { ...root[field], ...leaf[field] } });
  }
  return merged;
}

function isConflict(root: HttpMatchSpec, leaf: HttpMatchSpec): boolean {
  for (const field of ['uri', 'scheme', 'method', 'authority'] as const) {
    if (stringConflict(root[field], leaf[field])) return true;
  }
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    for (const key in root[field]) if (leaf[field]?.[key] !== undefined && stringConflict(root[field][key], leaf[field][key])) return true;
  }
  if ((root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false)) return true;
  if (root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port) return true;
  if (root.sourceNamespace !== undefined && leaf.sourceNamespace !== undefined && root.sourceNamespace !== leaf.sourceNamespace)
    return true;
  for (const key in root.sourceLabels) {
    if (leaf.sourceLabels?.[key] !== undefined && leaf.sourceLabels[key] !== root.sourceLabels[key]) return true;
  }
  const gateways = root.gateways ?? [];
  return gateways.length > 0 && (leaf.gateways ?? []).some((gateway) => !gateways.includes(gateway));
}

function stringConflict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) return false;
  if (root.regex !== undefined || leaf.regex !== undefined) return true;
  if (root.exact !== undefined) return leaf.exact !== root.exact;
  const prefix = root.prefix ?? '';
  return !(leaf.exact ?? leaf.prefix ?? '').startsWith(prefix);
}
