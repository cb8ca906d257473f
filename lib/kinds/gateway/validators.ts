import { checkPort, checkSelectorLabels, dnsProblem, duplicates, isIp, quote, wildcardDnsProblem } from '../shared/rule-parts';
import { checkServerTls } from '../shared/check-server-tls';
import type { RuleReport } from '../define-kind';
import type { Gateway, GatewaySpec } from './schema';

type Server = NonNullable<GatewaySpec['servers']>[number];

const protocols = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'TCP', 'TLS', 'MYSQL', 'REDIS', 'HBONE', 'HTTP_PROXY'];
const plainHttp = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY']);

/** Why a port's protocol is none Istio knows, if it is none. */
export function protocolProblem(protocol: string): string | undefined {
  return protocols.includes(protocol.toUpperCase()) || protocol.toUpperCase() === 'UDP'
    ? undefined
    : `invalid protocol ${quote(protocol)}, supported protocols are ${protocols.join(', ')}`;
}

/** What Istio's webhook says about a Gateway (istio.md §2.1). */
export function checkGateway({ metadata, spec }: Gateway, report: RuleReport): void {
  const servers = spec.servers ?? [];
  if (/[^a-z0-9-.]/.test(metadata.name)) report.warning('metadata.name', `invalid gateway name: ${quote(metadata.name)}`);
  if (servers.length === 0) report.error('spec.servers', 'gateway must have at least one server');
  checkSelectorLabels(report, 'spec.selector', spec.selector);
  for (const [index, server] of servers.entries()) checkServer(report, `spec.servers[${index}]`, server);
  for (const { text, index } of duplicates(servers.map((server) => server.port.name)))
    report.error(`spec.servers[${index}].port.name`, `port names in servers must be unique: duplicate name ${text}`);
  const names = servers.map((server) => server.name ?? '');
  for (const { text, index } of duplicates(names)) {
    if (text !== '') report.error(`spec.servers[${index}].name`, `server names must be unique: duplicate name ${text}`);
  }
}

function checkServer(report: RuleReport, path: string, server: Server): void {
  if (server.hosts.length === 0) report.error(`${path}.hosts`, 'server config must contain at least one host');
  for (const [index, host] of server.hosts.entries()) checkHost(report, `${path}.hosts[${index}]`, host);
  const { port, tls, bind = '' } = server;
  if (bind !== '' && !isIp(bind) && !bind.startsWith('unix://')) report.error(`${path}.bind`, `${quote(bind)} is not a valid IP address`);
  checkPort(report, `${path}.port.number`, port.number);
  const problem = protocolProblem(port.protocol);
  if (problem !== undefined) report.error(`${path}.port.protocol`, problem);
  if (port.name === '') report.error(`${path}.port.name`, 'port name must be set');
  if (port.targetPort !== undefined) report.warning(`${path}.port.targetPort`, 'targetPort has no effect in a server of a gateway');
  if ((server.defaultEndpoint ?? '') !== '')
    report.warning(`${path}.defaultEndpoint`, 'defaultEndpoint has no effect in a server of a gateway');
  const protocol = port.protocol.toUpperCase();
  if (protocol === 'HTTPS' || protocol === 'TLS') {
    if (tls === undefined) report.error(`${path}.tls`, 'server must have TLS settings for HTTPS/TLS protocols');
  } else if (tls !== undefined && plainHttp.has(protocol)) {
    const onlyRedirect = Object.keys(tls).every((key) => key === 'httpsRedirect');
    if (!onlyRedirect) report.error(`${path}.tls`, 'server cannot have TLS settings for plain text HTTP ports');
  }
  if (tls === undefined) return;
  if (tls.httpsRedirect === true && protocol !== 'HTTP')
    report.warning(`${path}.tls.httpsRedirect`, `tls.httpsRedirect should only be used with http servers`);
  if (protocol === 'HTTPS' || protocol === 'TLS') checkServerTls(report, `${path}.tls`, tls);
}

/** `namespace/dns name`, where the namespace may be `*` or `.` and the name may start with a wildcard. */
function checkHost(report: RuleReport, path: string, host: string): void {
  const parts = host.split('/');
  if (parts.length > 2) {
    report.error(path, `invalid host ${quote(host)}: must be of the form namespace/dnsName`);
    return;
  }
  const [namespace, name] = parts.length === 2 ? parts : ['*', host];
  if (namespace !== '*' && namespace !== '.' && dnsProblem(namespace ?? '') !== undefined)
    report.error(path, `invalid namespace value ${quote(namespace ?? '')} in gateway host ${quote(host)}`);
  if (isIp(name ?? '')) return;
  const problem = wildcardDnsProblem(name ?? '');
  if (problem !== undefined) report.error(path, problem);
}
