import type { KubernetesResource } from '@/lib/model';
import { nameOf } from './define-finding';
import type { FindingDefinition, ReportOptions } from './define-finding';
import type { Finding } from './finding';

/** A finding in its wire form. */
export function makeFinding(
  definition: Pick<FindingDefinition, 'code' | 'severity' | 'istio' | 'kiali'>,
  object: KubernetesResource,
  path: string,
  message: string,
  options: ReportOptions = {},
): Finding {
  return {
    code: definition.code,
    severity: options.severity ?? definition.severity,
    ...nameOf(object),
    path,
    line: null,
    message,
    related: [...(options.related ?? [])],
    istio: definition.istio,
    kiali: definition.kiali,
    fix: options.fix === undefined ? null : [...options.fix],
  };
}
