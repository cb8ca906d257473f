import { checkBackend, checkHostnames } from '../http-route/validators';
import { checkParentReferences, checkRouteFilters } from '../shared/check-route-parts';
import { checkRegex, duplicates, quote } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { GRPCRoute } from './schema';

/** What the CustomResourceDefinition of GRPCRoute refuses beyond types (Gateway API v1). */
export function checkGrpcRoute({ spec }: GRPCRoute, report: RuleReport): void {
  checkParentReferences(report, spec.parentRefs);
  checkHostnames(report, spec.hostnames);
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    const path = `spec.rules[${index}]`;
    checkRouteFilters(report, `${path}.filters`, rule.filters ?? []);
    for (const [position, backend] of (rule.backendRefs ?? []).entries()) {
      checkBackend(report, `${path}.backendRefs[${position}]`, backend);
      checkRouteFilters(report, `${path}.backendRefs[${position}].filters`, backend.filters ?? []);
    }
    for (const [position, match] of (rule.matches ?? []).entries()) {
      const at = `${path}.matches[${position}]`;
      const { method } = match;
      if (method !== undefined && (method.service ?? '') === '' && (method.method ?? '') === '')
        report.error(`${at}.method`, "One or both of 'service' or 'method' must be specified");
      if (method?.type === 'RegularExpression') {
        for (const field of ['service', 'method'] as const)
          if (method[field] !== undefined) checkRegex(report, `${at}.method.${field}`, method[field]);
      }
      const headers = match.headers ?? [];
      for (const [header, one] of headers.entries())
        if (one.type === 'RegularExpression') checkRegex(report, `${at}.headers[${header}].value`, one.value);
      for (const { text, index: header } of duplicates(headers.map((one) => one.name.toLowerCase())))
        report.error(`${at}.headers[${header}]`, `Duplicate value: {"name":${quote(text)}}`);
    }
  }
}
