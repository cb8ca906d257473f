import { checkPort, fieldName, quote } from './rule-parts';
import type { RuleReport } from '../define-kind';

interface Endpoint {
  address?: string | undefined;
  labels?: Record<string, string> | undefined;
  ports?: Record<string, number> | undefined;
  weight?: number | undefined;
}

/** What endpoints of a ServiceEntry, WorkloadEntries and templates of WorkloadGroups have in common. */
export function checkEndpoint(report: RuleReport, path: string, endpoint: Endpoint): void {
  const { address = '' } = endpoint;
  if (address.startsWith('unix://')) {
    if (Object.keys(endpoint.ports ?? {}).length > 0) report.error(`${path}.ports`, `unix endpoint ${address} must not include ports`);
    const socket = address.slice('unix://'.length);
    if (!socket.startsWith('/') && !socket.startsWith('@')) report.error(`${path}.address`, `${quote(address)} is not an absolute path`);
  }
  for (const [name, port] of Object.entries(endpoint.ports ?? {})) checkPort(report, `${path}.ports${fieldName(name)}`, port);
  if ((endpoint.weight ?? 0) < 0) report.error(`${path}.weight`, `weight ${endpoint.weight ?? 0} < 0`);
  for (const key of Object.keys(endpoint.labels ?? {})) if (key === '') report.error(`${path}.labels`, 'label key cannot be empty');
}
