import type { Words } from '@/lib/i18n';
import { sayBackends, sayCondition, sayMatch, sayParents } from '../shared/say-route';
import type { GRPCRoute } from './schema';

/** What a GRPCRoute does, in sentences. */
export function describeGRPCRoute(object: GRPCRoute): Words[] {
  const { spec } = object;
  return [
    ...sayParents(spec),
    ...(spec.rules ?? []).flatMap((rule) => {
      const match = sayMatch(
        (rule.matches ?? []).map((one) => [
          ...(one.method === undefined
            ? []
            : [sayCondition('method', one.method.type, `${one.method.service ?? '*'}/${one.method.method ?? '*'}`)]),
          ...(one.headers ?? []).map((header) => sayCondition(`header ${header.name}`, header.type, header.value)),
        ]),
      );
      return sayBackends(match, rule.backendRefs ?? []);
    }),
  ];
}
