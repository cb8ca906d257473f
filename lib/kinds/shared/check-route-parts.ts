import { checkPort, duplicates } from './rule-parts';
import type { RuleReport } from '../define-kind';

/** What the CustomResourceDefinitions of the Gateway API's routes refuse beyond types. */

interface ParentReference {
  group?: string | undefined;
  kind?: string | undefined;
  name: string;
  namespace?: string | undefined;
  port?: number | undefined;
  sectionName?: string | undefined;
}

export function checkParentReferences(report: RuleReport, parents: readonly ParentReference[] | undefined): void {
  const keys = (parents ?? []).map((one) => [one.group, one.kind, one.namespace, one.name, one.sectionName, one.port].join('|'));
  for (const { index } of duplicates(keys))
    report.error(
      `spec.parentRefs[${index}]`,
      'sectionName or port must be unique when parentRefs includes 2 or more references to the same parent',
    );
  for (const [index, parent] of (parents ?? []).entries()) checkPort(report, `spec.parentRefs[${index}].port`, parent.port);
}

const bodyOf: Record<string, string> = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  ExtensionRef: 'extensionRef',
  CORS: 'cors',
  ExternalAuth: 'externalAuth',
};
const repeatable = new Set(['RequestMirror', 'ExtensionRef']);

/** Each filter has the body of its type and no other; most types occur once. */
export function checkRouteFilters(report: RuleReport, path: string, filters: readonly { type: string }[]): void {
  const types = filters.map((filter) => filter.type);
  for (const [index, filter] of filters.entries()) {
    const wanted = bodyOf[filter.type];
    if (wanted !== undefined && !(wanted in filter))
      report.error(`${path}[${index}]`, `filter.${wanted} must be specified for ${filter.type} filter.type`);
    for (const [type, body] of Object.entries(bodyOf)) {
      if (body !== wanted && body in filter)
        report.error(`${path}[${index}].${body}`, `filter.${body} must be nil if the filter.type is not ${type}`);
    }
  }
  for (const { text, index } of duplicates(types))
    if (!repeatable.has(text)) report.error(`${path}[${index}]`, `${text} filter cannot be repeated`);
  if (types.includes('RequestRedirect') && types.includes('URLRewrite'))
    report.error(path, 'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both');
}
