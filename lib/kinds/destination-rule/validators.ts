import { checkExportTo, checkSelectorLabels, duplicates, isIp, subsetNameProblem, wildcardDnsProblem } from '../shared/rule-parts';
import { checkTrafficPolicy } from '../shared/check-traffic-policy';
import type { RuleReport } from '../define-kind';
import type { DestinationRule } from './schema';

/** What Istio's webhook says about a DestinationRule (istio.md §2.1). */
export function checkDestinationRule({ spec }: DestinationRule, report: RuleReport): void {
  if (!isIp(spec.host)) {
    const problem = wildcardDnsProblem(spec.host);
    if (problem !== undefined) report.error('spec.host', problem);
  }
  if (spec.trafficPolicy !== undefined) checkTrafficPolicy(report, 'spec.trafficPolicy', spec.trafficPolicy);
  const subsets = spec.subsets ?? [];
  for (const [index, subset] of subsets.entries()) {
    const path = `spec.subsets[${index}]`;
    const problem = subsetNameProblem(subset.name);
    if (problem !== undefined) report.error(`${path}.name`, problem);
    checkSelectorLabels(report, `${path}.labels`, subset.labels);
    if (subset.trafficPolicy !== undefined) checkTrafficPolicy(report, `${path}.trafficPolicy`, subset.trafficPolicy);
  }
  for (const { text, index } of duplicates(subsets.map((subset) => subset.name)))
    report.error(`spec.subsets[${index}].name`, `duplicate subset names: ${text}`);
  checkExportTo(report, spec.exportTo);
  checkSelectorLabels(report, 'spec.workloadSelector.matchLabels', spec.workloadSelector?.matchLabels);
  const beyond = (spec.exportTo ?? []).filter((target) => target !== '.');
  if (spec.workloadSelector !== undefined && beyond.length > 0)
    report.error('spec.exportTo', 'destination rule with workload selector cannot have exportTo beyond current namespace');
}
