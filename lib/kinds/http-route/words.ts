import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayBackends, sayCondition, sayMatch, sayParents } from '../shared/say-route';
import type { HTTPRoute } from './schema';

/** What a HTTPRoute does, in sentences. */
export function describeHTTPRoute(object: HTTPRoute): Words[] {
  const { spec } = object;
  return [
    ...sayParents(spec),
    ...(spec.rules ?? []).flatMap((rule) => {
      const match = sayMatch(
        (rule.matches ?? []).map((one) => [
          ...(one.path?.value === undefined ? [] : [sayCondition('path', one.path.type ?? 'PathPrefix', one.path.value)]),
          ...(one.method === undefined ? [] : [`method is ${one.method}`]),
          ...(one.headers ?? []).map((header) => sayCondition(`header ${header.name}`, header.type, header.value)),
          ...(one.queryParams ?? []).map((query) => sayCondition(`query ${query.name}`, query.type, query.value)),
        ]),
      );
      const redirect = (rule.filters ?? []).find((filter) => filter.requestRedirect !== undefined)?.requestRedirect;
      const sentences =
        redirect === undefined
          ? sayBackends(match, rule.backendRefs ?? [])
          : [sayWords('route_redirect', { match, target: redirect.hostname ?? redirect.path?.replaceFullPath ?? redirect.scheme ?? '/' })];
      for (const { requestMirror } of rule.filters ?? []) {
        if (requestMirror === undefined) continue;
        sentences.push(sayWords('mirror', { percent: requestMirror.percent ?? 100, destination: requestMirror.backendRef.name }));
      }
      if (rule.timeouts?.request !== undefined) sentences.push(sayWords('timeout', { timeout: rule.timeouts.request }));
      if (rule.retry?.attempts !== undefined) sentences.push(sayWords('retries', { attempts: rule.retry.attempts, each: '' }));
      return sentences;
    }),
  ];
}
