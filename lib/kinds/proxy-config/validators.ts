import { checkSelectorLabels } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { ProxyConfig } from './schema';

/** What Istio's webhook says about a ProxyConfig (istio.md §2.1). */
export function checkProxyConfig({ spec }: ProxyConfig, report: RuleReport): void {
  checkSelectorLabels(report, 'spec.selector.matchLabels', spec.selector?.matchLabels);
  if ((spec.concurrency ?? 0) < 0) report.error('spec.concurrency', 'concurrency must be greater than or equal to 0');
}
