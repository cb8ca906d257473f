import { checkSelectorLabels } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { EnvoyFilter, EnvoyFilterSpec } from './schema';

type Patch = NonNullable<EnvoyFilterSpec['configPatches']>[number];

const listenerPatches = new Set(['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER', 'LISTENER_FILTER']);
const routePatches = new Set(['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE']);

/** What Istio's webhook says about an EnvoyFilter. */
export function checkEnvoyFilter({ spec }: EnvoyFilter, report: RuleReport): void {
  checkSelectorLabels(report, 'spec.workloadSelector.labels', spec.workloadSelector?.labels);
  if (spec.workloadSelector !== undefined && (spec.targetRefs ?? []).length > 0)
    report.error('spec.targetRefs', 'only one of targetRefs or workloadSelector can be set');
  for (const [index, patch] of (spec.configPatches ?? []).entries()) checkPatch(report, `spec.configPatches[${index}]`, patch);
}

function checkPatch(report: RuleReport, path: string, { applyTo, match, patch }: Patch): void {
  if (applyTo === undefined || applyTo === 'INVALID') report.error(`${path}.applyTo`, 'Envoy filter: missing applyTo');
  if (patch === undefined) {
    report.error(`${path}.patch`, 'Envoy filter: missing patch');
    return;
  }
  if (patch.operation === undefined || patch.operation === 'INVALID')
    report.error(`${path}.patch.operation`, 'Envoy filter: missing patch operation');
  if (patch.operation !== 'REMOVE' && patch.value === undefined)
    report.error(`${path}.patch.value`, 'Envoy filter: missing patch value for non-remove operation');
  const matches: [string, boolean, boolean][] = [
    ['listener', match?.listener !== undefined, applyTo === undefined || listenerPatches.has(applyTo)],
    ['routeConfiguration', match?.routeConfiguration !== undefined, applyTo === undefined || routePatches.has(applyTo)],
    ['cluster', match?.cluster !== undefined, applyTo === undefined || applyTo === 'CLUSTER'],
  ];
  for (const [field, given, fits] of matches)
    if (given && !fits && applyTo !== 'BOOTSTRAP' && applyTo !== 'EXTENSION_CONFIG')
      report.error(`${path}.match.${field}`, `Envoy filter: applyTo for ${applyTo ?? ''} cannot have ${field} match`);
}
