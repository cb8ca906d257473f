import { checkEndpoint } from '../shared/check-workload-entry';
import { dnsProblem, isIp, quote } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { WorkloadEntry } from './schema';

/** What Istio's webhook says about a WorkloadEntry (istio.md §2.1). */
export function checkWorkloadEntry({ spec }: WorkloadEntry, report: RuleReport): void {
  const { address = '', network = '' } = spec;
  if (address === '' && network === '') report.error('spec.address', 'address must be set');
  if (address !== '' && !address.startsWith('unix://') && !isIp(address) && dnsProblem(address) !== undefined)
    report.error('spec.address', `endpoint address ${quote(address)} is not a valid FQDN or an IP address`);
  checkEndpoint(report, 'spec', spec);
}
