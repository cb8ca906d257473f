import { checkEndpoint } from '../shared/check-workload-entry';
import { checkPort, checkSelectorLabels } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { WorkloadGroup } from './schema';

const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

/** What Istio's webhook says about a WorkloadGroup (istio.md §2.1). */
export function checkWorkloadGroup({ spec }: WorkloadGroup, report: RuleReport): void {
  checkSelectorLabels(report, 'spec.metadata.labels', spec.metadata?.labels);
  checkEndpoint(report, 'spec.template', spec.template);
  const { probe } = spec;
  if (probe === undefined) return;
  for (const field of counts) if ((probe[field] ?? 0) < 0) report.error(`spec.probe.${field}`, `${field} must be non-negative`);
  const methods = (['httpGet', 'tcpSocket', 'exec', 'grpc'] as const).filter((one) => probe[one] !== undefined);
  if (methods.length === 0) report.error('spec.probe', 'one of httpGet, tcpSocket, exec or grpc must be set');
  if (methods.length > 1) report.error('spec.probe', `only one of ${methods.join(', ')} can be set`);
  checkPort(report, 'spec.probe.httpGet.port', probe.httpGet?.port);
  checkPort(report, 'spec.probe.tcpSocket.port', probe.tcpSocket?.port);
  checkPort(report, 'spec.probe.grpc.port', probe.grpc?.port);
  if ((probe.httpGet?.path ?? '/') === '') report.error('spec.probe.httpGet.path', 'path must be set');
  if (probe.exec?.command.length === 0) report.error('spec.probe.exec.command', 'exec probe must have a command');
}
