import { checkBackend } from '../http-route/validators';
import { checkParentReferences } from '../shared/check-route-parts';
import type { RuleReport } from '../define-kind';
import type { TCPRoute } from './schema';

/** What the CustomResourceDefinition of TCPRoute refuses beyond types (Gateway API v1). */
export function checkTcpRoute({ spec }: TCPRoute, report: RuleReport): void {
  checkParentReferences(report, spec.parentRefs);
  if (spec.rules.length !== 1) report.error('spec.rules', `Invalid value: ${spec.rules.length}: a TCPRoute has exactly one rule`);
  for (const [index, rule] of spec.rules.entries()) {
    for (const [position, backend] of (rule.backendRefs ?? []).entries())
      checkBackend(report, `spec.rules[${index}].backendRefs[${position}]`, backend);
  }
}
