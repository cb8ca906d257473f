import {
  checkExportTo,
  checkPort,
  checkSelectorLabels,
  duplicates,
  isIp,
  isIpOrCidr,
  quote,
  wildcardDnsProblem,
} from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { Destination } from '../shared/route-parts';
import type { VirtualService, VirtualServiceSpec } from './schema';
import { checkHttpRule } from './check-http-rule';
import { checkDestination, checkGatewayName, checkWeights } from './check-parts';

type TlsRule = NonNullable<VirtualServiceSpec['tls']>[number];
type TcpRule = NonNullable<VirtualServiceSpec['tcp']>[number];

/** What Istio's webhook says about a VirtualService (istio.md §2.1). */
export function checkVirtualService({ spec }: VirtualService, report: RuleReport): void {
  const { hosts = [], http = [], tls = [], tcp = [], gateways = [] } = spec;
  const isDelegate = hosts.length === 0;
  if (isDelegate) {
    if (gateways.length > 0) report.error('spec.gateways', 'delegate virtual service must have no gateways specified');
    if (tls.length > 0) report.error('spec.tls', 'delegate virtual service must have no tls route specified');
    if (tcp.length > 0) report.error('spec.tcp', 'delegate virtual service must have no tcp route specified');
  }
  const inMesh = gateways.length === 0 || gateways.includes('mesh');
  checkHosts(report, hosts, inMesh, isDelegate);
  for (const [index, gateway] of gateways.entries()) checkGatewayName(report, `spec.gateways[${index}]`, gateway);
  if (http.length + tls.length + tcp.length === 0) report.error('spec', 'http, tcp or tls must be provided in virtual service');
  for (const [index, rule] of http.entries()) checkHttpRule(report, `spec.http[${index}]`, rule, { isDelegate });
  for (const [index, rule] of tls.entries()) checkTlsRule(report, `spec.tls[${index}]`, rule, hosts);
  for (const [index, rule] of tcp.entries()) checkTcpRule(report, `spec.tcp[${index}]`, rule);
  checkExportTo(report, spec.exportTo);
}

function checkHosts(report: RuleReport, hosts: readonly string[], inMesh: boolean, isDelegate: boolean): void {
  for (const [index, host] of hosts.entries()) {
    const path = `spec.hosts[${index}]`;
    if (host === '*' && inMesh) {
      report.error(path, 'wildcard host * is not allowed for virtual services bound to the mesh gateway');
      continue;
    }
    if (isIp(host)) continue;
    const problem = wildcardDnsProblem(host);
    if (problem !== undefined) report.error(path, problem);
  }
  if (isDelegate) return;
  for (const { text, index, first } of duplicates(hosts))
    report.error(`spec.hosts[${index}]`, `duplicate hosts in virtual service: ${hosts[first] ?? text} & ${text}`);
}

function checkTlsRule(report: RuleReport, path: string, rule: TlsRule, hosts: readonly string[]): void {
  if (rule.match.length === 0) report.error(`${path}.match`, 'TLS route must have at least one match condition');
  for (const [index, match] of rule.match.entries()) {
    const at = `${path}.match[${index}]`;
    if (match.sniHosts.length === 0) report.error(`${at}.sniHosts`, 'TLS match must have at least one SNI host');
    for (const [position, sni] of match.sniHosts.entries()) checkSni(report, `${at}.sniHosts[${position}]`, sni, hosts);
    checkL4Match(report, at, match);
  }
  checkL4Routes(report, path, rule.route, 'TLS');
}

function checkSni(report: RuleReport, path: string, sni: string, hosts: readonly string[]): void {
  if (isIp(sni)) {
    report.warning(path, `using an IP address (${quote(sni)}) goes against SNI spec and most clients do not support this`);
    return;
  }
  const problem = wildcardDnsProblem(sni);
  if (problem !== undefined) report.error(path, problem);
  else if (!hosts.some((host) => covers(host, sni)))
    report.error(path, `SNI host ${quote(sni)} is not a compatible subset of any of the virtual service hosts: [${hosts.join(', ')}]`);
}

function covers(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true;
  return outer.startsWith('*') && inner.length > outer.length - 1 && inner.endsWith(outer.slice(1));
}

function checkTcpRule(report: RuleReport, path: string, rule: TcpRule): void {
  for (const [index, match] of (rule.match ?? []).entries()) checkL4Match(report, `${path}.match[${index}]`, match);
  checkL4Routes(report, path, rule.route, 'TCP');
}

function checkL4Match(
  report: RuleReport,
  path: string,
  match: Pick<NonNullable<TcpRule['match']>[number], 'destinationSubnets' | 'port' | 'sourceLabels' | 'gateways'>,
): void {
  for (const [index, subnet] of (match.destinationSubnets ?? []).entries()) {
    if (!isIpOrCidr(subnet))
      report.error(`${path}.destinationSubnets[${index}]`, `${quote(subnet)} is not a valid IP address or CIDR range`);
  }
  checkPort(report, `${path}.port`, match.port);
  checkSelectorLabels(report, `${path}.sourceLabels`, match.sourceLabels);
  for (const [index, gateway] of (match.gateways ?? []).entries()) checkGatewayName(report, `${path}.gateways[${index}]`, gateway);
}

function checkL4Routes(
  report: RuleReport,
  path: string,
  routes: readonly { destination: Destination; weight?: number | undefined }[] | undefined,
  what: 'TLS' | 'TCP',
): void {
  if (routes === undefined || routes.length === 0) {
    report.error(path, `${what} route is required`);
    return;
  }
  for (const [index, route] of routes.entries()) checkDestination(report, `${path}.route[${index}].destination`, route.destination);
  checkWeights(report, `${path}.route`, routes);
}
