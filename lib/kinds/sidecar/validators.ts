import { checkConnectionPool } from '../shared/check-traffic-policy';
import { checkServerTls } from '../shared/check-server-tls';
import { checkPort, checkSelectorLabels, dnsProblem, duplicates, isIp, quote, wildcardDnsProblem } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { Sidecar, SidecarSpec } from './schema';

type Egress = NonNullable<SidecarSpec['egress']>[number];
type Ingress = NonNullable<SidecarSpec['ingress']>[number];

/** What Istio's webhook says about a Sidecar (istio.md §2.1). */
export function checkSidecar({ spec }: Sidecar, report: RuleReport): void {
  const { egress, ingress, outboundTrafficPolicy } = spec;
  if (egress === undefined && ingress === undefined && outboundTrafficPolicy === undefined && spec.inboundConnectionPool === undefined)
    report.error('spec', 'sidecar: empty configuration provided');
  checkSelectorLabels(report, 'spec.workloadSelector.labels', spec.workloadSelector?.labels);
  if (spec.workloadSelector === undefined && (ingress ?? []).length > 0)
    report.warning('spec.ingress', 'ingress listeners of a Sidecar without workloadSelector apply to every workload of the namespace');
  checkIngress(report, ingress ?? []);
  checkEgress(report, egress ?? []);
  if (spec.inboundConnectionPool !== undefined) checkConnectionPool(report, 'spec.inboundConnectionPool', spec.inboundConnectionPool);
  if (outboundTrafficPolicy?.egressProxy !== undefined) {
    if (outboundTrafficPolicy.mode !== 'ALLOW_ANY')
      report.error(
        'spec.outboundTrafficPolicy.egressProxy',
        'sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode',
      );
    if ((outboundTrafficPolicy.egressProxy.port?.number ?? 0) === 0)
      report.error('spec.outboundTrafficPolicy.egressProxy.port', 'sidecar: egress_proxy port must be specified');
    const problem = dnsProblem(outboundTrafficPolicy.egressProxy.host);
    if (problem !== undefined) report.error('spec.outboundTrafficPolicy.egressProxy.host', problem);
  }
}

function checkIngress(report: RuleReport, listeners: readonly Ingress[]): void {
  const ports = listeners.map((listener) => String(listener.port.number ?? 0));
  for (const { text, index } of duplicates(ports))
    report.error(`spec.ingress[${index}].port.number`, `sidecar: ports on IP bound listeners must be unique: ${text}`);
  for (const [index, listener] of listeners.entries()) {
    const path = `spec.ingress[${index}]`;
    if ((listener.port.number ?? 0) === 0) report.error(`${path}.port`, 'sidecar: port is required for ingress listeners');
    else checkPort(report, `${path}.port.number`, listener.port.number);
    const { bind = '', defaultEndpoint = '' } = listener;
    if (bind !== '' && !isIp(bind)) report.error(`${path}.bind`, `sidecar: ${quote(bind)} is not a valid IP address`);
    if (defaultEndpoint !== '') checkDefaultEndpoint(report, `${path}.defaultEndpoint`, defaultEndpoint);
    if (listener.connectionPool !== undefined) checkConnectionPool(report, `${path}.connectionPool`, listener.connectionPool);
    if (listener.tls === undefined) continue;
    if (listener.tls.mode !== 'SIMPLE' && listener.tls.mode !== 'MUTUAL')
      report.error(`${path}.tls.mode`, `configuration is invalid: sidecar ingress tls mode must be SIMPLE or MUTUAL`);
    else checkServerTls(report, `${path}.tls`, listener.tls);
  }
}

function checkDefaultEndpoint(report: RuleReport, path: string, endpoint: string): void {
  if (endpoint.startsWith('unix://')) {
    if (!/^unix:\/\/(\/|@)./.test(endpoint)) report.error(path, `sidecar: defaultEndpoint ${quote(endpoint)} has no absolute path`);
    return;
  }
  const match = /^(127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\[::\]|\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(endpoint);
  if (match === null)
    report.error(
      path,
      `sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port or unix://filepath: ${quote(endpoint)}`,
    );
  else checkPort(report, path, Number(match[2]));
}

function checkEgress(report: RuleReport, listeners: readonly Egress[]): void {
  const seen = new Set<string>();
  const ports = new Set<number>();
  const sockets = new Set<string>();
  for (const [index, listener] of listeners.entries()) {
    const path = `spec.egress[${index}]`;
    const { port, bind = '', captureMode = 'DEFAULT' } = listener;
    if (port === undefined) {
      if (index !== listeners.length - 1)
        report.error(`${path}.port`, 'sidecar: the egress listener with empty port should be the last listener in the list');
      if (bind.startsWith('unix://')) report.error(`${path}.bind`, 'sidecar: unix domain socket needs a port');
    } else if (bind.startsWith('unix://')) {
      if ((port.number ?? 0) !== 0) report.error(`${path}.port.number`, 'sidecar: port number must be 0 for unix domain socket');
      if (captureMode !== 'DEFAULT' && captureMode !== 'NONE')
        report.error(`${path}.captureMode`, 'sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners');
      if (sockets.has(bind)) report.error(`${path}.bind`, `sidecar: unix domain socket values for listeners must be unique`);
      sockets.add(bind);
    } else {
      if ((port.number ?? 0) === 0) report.error(`${path}.port.number`, 'sidecar: port number 0 needs a unix domain socket');
      else checkPort(report, `${path}.port.number`, port.number);
      if (bind === '' && ports.has(port.number ?? 0))
        report.error(`${path}.port.number`, 'sidecar: ports on IP bound listeners must be unique');
      if (bind === '') ports.add(port.number ?? 0);
    }
    if (listener.hosts.length === 0) report.error(`${path}.hosts`, 'sidecar: egress listener must contain at least one host');
    for (const [position, host] of listener.hosts.entries()) {
      checkEgressHost(report, `${path}.hosts[${position}]`, host);
      if (port === undefined && seen.has(host)) report.warning(`${path}.hosts[${position}]`, `duplicated egress host: ${host}`);
      if (port === undefined) seen.add(host);
    }
    if (port === undefined && seen.has('*/*') && seen.size > 1)
      report.warning(`${path}.hosts`, '`*/*` host select all resources, no other hosts can be added');
  }
}

function checkEgressHost(report: RuleReport, path: string, host: string): void {
  const parts = host.replace(/^~(?=[a-z])/, '').split('/');
  const [namespace = '', name = ''] = parts;
  if (parts.length !== 2) {
    report.error(path, `sidecar: ${quote(host)} must be of form namespace/dnsName`);
    return;
  }
  if (!['*', '.', '~'].includes(namespace) && dnsProblem(namespace) !== undefined)
    report.error(path, `sidecar: invalid namespace ${quote(namespace)}`);
  const problem = wildcardDnsProblem(name);
  if (problem !== undefined) report.error(path, `sidecar: ${problem}`);
}
