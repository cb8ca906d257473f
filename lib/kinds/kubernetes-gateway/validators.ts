import { checkPort, dnsProblem, duplicates, isIp, quote, wildcardDnsProblem } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { KubernetesGateway, KubernetesGatewaySpec } from './schema';

type Listener = KubernetesGatewaySpec['listeners'][number];

const maxListeners = 64;

/** What the CustomResourceDefinition of the Gateway API's Gateway refuses beyond types. */
export function checkKubernetesGateway({ spec }: KubernetesGateway, report: RuleReport): void {
  const { listeners } = spec;
  if (listeners.length === 0) report.error('spec.listeners', 'Invalid value: 0: spec.listeners in body should have at least 1 items');
  if (listeners.length > maxListeners)
    report.error('spec.listeners', `Too many: ${listeners.length}: must have at most ${maxListeners} items`);
  if (spec.gatewayClassName === '') report.error('spec.gatewayClassName', 'Invalid value: "": should be at least 1 chars long');
  for (const [index, listener] of listeners.entries()) checkListener(report, `spec.listeners[${index}]`, listener);
  for (const { index } of duplicates(listeners.map((one) => one.name)))
    report.error(`spec.listeners[${index}].name`, 'Listener name must be unique within the Gateway');
  for (const { index } of duplicates(listeners.map((one) => `${one.port}/${one.protocol}/${one.hostname ?? ''}`)))
    report.error(`spec.listeners[${index}]`, 'Combination of port, protocol and hostname must be unique for each listener');
}

function checkListener(report: RuleReport, path: string, listener: Listener): void {
  checkPort(report, `${path}.port`, listener.port);
  if (dnsProblem(listener.name) !== undefined) report.error(`${path}.name`, `Invalid value: ${quote(listener.name)}`);
  const { protocol, hostname, tls } = listener;
  if (hostname !== undefined && hostname !== '') {
    if (protocol === 'TCP' || protocol === 'UDP')
      report.error(`${path}.hostname`, "hostname must not be specified for protocols ['TCP', 'UDP']");
    if (isIp(hostname) || hostname === '*' || wildcardDnsProblem(hostname) !== undefined)
      report.error(`${path}.hostname`, `Invalid value: ${quote(hostname)}: must be a host name, with a wildcard as first label at most`);
  }
  if (['HTTP', 'TCP', 'UDP'].includes(protocol) && tls !== undefined)
    report.error(`${path}.tls`, "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']");
  if (protocol === 'HTTPS' && tls?.mode === 'Passthrough')
    report.error(`${path}.tls.mode`, 'tls mode must be Terminate for protocol HTTPS');
  if (protocol === 'TLS' && tls === undefined) report.error(`${path}.tls`, 'tls mode must be set for protocol TLS');
  const terminates = tls !== undefined && (tls.mode ?? 'Terminate') === 'Terminate';
  if (terminates && (tls.certificateRefs ?? []).length === 0 && Object.keys(tls.options ?? {}).length === 0)
    report.error(`${path}.tls`, 'certificateRefs or options must be specified when mode is Terminate');
}
