import { checkSelectorLabels, fieldName } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { PeerAuthentication } from './schema';

/** What Istio's webhook says about a PeerAuthentication (istio.md §2.1). */
export function checkPeerAuthentication({ spec }: PeerAuthentication, report: RuleReport): void {
  checkSelectorLabels(report, 'spec.selector.matchLabels', spec.selector?.matchLabels);
  const selects = Object.keys(spec.selector?.matchLabels ?? {}).length > 0;
  if (spec.portLevelMtls === undefined) return;
  const ports = Object.keys(spec.portLevelMtls);
  if (!selects) report.error('spec.portLevelMtls', 'mesh/namespace peer authentication cannot have port level mTLS');
  if (ports.length === 0) report.error('spec.portLevelMtls', 'port level mTLS, if defined, must have at least one element');
  for (const port of ports) {
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      report.error(`spec.portLevelMtls${fieldName(port)}`, 'port must be in range 1..65535');
  }
}
