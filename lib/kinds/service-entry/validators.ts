import { checkEndpoint } from '../shared/check-workload-entry';
import {
  checkExportTo,
  checkPort,
  checkSelectorLabels,
  dnsProblem,
  duplicates,
  fieldName,
  isIp,
  isIpOrCidr,
  quote,
  wildcardDnsProblem,
} from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { ServiceEntry, ServiceEntrySpec } from './schema';

const httpOrTls = new Set(['HTTP', 'HTTPS', 'HTTP2', 'GRPC', 'GRPC-WEB', 'TLS', 'HTTP_PROXY']);
const http = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY']);
const protocols = new Set([...httpOrTls, 'TCP', 'MONGO', 'MYSQL', 'REDIS', 'UDP', '']);

/** What Istio's webhook says about a ServiceEntry (istio.md §2.1). */
export function checkServiceEntry({ spec }: ServiceEntry, report: RuleReport): void {
  if (spec.hosts.length === 0) report.error('spec.hosts', 'service entry must have at least one host');
  for (const [index, host] of spec.hosts.entries()) {
    if (host === '*') report.error(`spec.hosts[${index}]`, `invalid host ${host}`);
    else {
      const problem = wildcardDnsProblem(host);
      if (problem !== undefined && !isIp(host)) report.error(`spec.hosts[${index}]`, problem);
    }
  }
  for (const { text, index } of duplicates(spec.hosts)) report.error(`spec.hosts[${index}]`, `duplicate host ${quote(text)}`);
  checkPorts(report, spec);
  checkAddresses(report, spec);
  if (spec.workloadSelector !== undefined && (spec.endpoints ?? []).length > 0)
    report.error('spec.workloadSelector', 'only one of WorkloadSelector or Endpoints is allowed in Service Entry');
  checkSelectorLabels(report, 'spec.workloadSelector.labels', spec.workloadSelector?.labels);
  checkResolution(report, spec);
  checkExportTo(report, spec.exportTo);
}

function checkPorts(report: RuleReport, { ports = [] }: ServiceEntrySpec): void {
  for (const { text, index } of duplicates(ports.map((port) => port.name)))
    report.error(`spec.ports[${index}].name`, `service entry port name ${quote(text)} already defined`);
  for (const { text, index } of duplicates(ports.map((port) => String(port.number))))
    report.error(`spec.ports[${index}].number`, `service entry port ${text} already defined`);
  for (const [index, port] of ports.entries()) {
    checkPort(report, `spec.ports[${index}].number`, port.number);
    checkPort(report, `spec.ports[${index}].targetPort`, port.targetPort);
    if (dnsProblem(port.name) !== undefined) report.error(`spec.ports[${index}].name`, `invalid port name: ${port.name}`);
    if (!protocols.has((port.protocol ?? '').toUpperCase()))
      report.error(
        `spec.ports[${index}].protocol`,
        `invalid protocol ${quote(port.protocol ?? '')}, supported protocols are ${[...protocols].filter((one) => one !== '').join(', ')}`,
      );
  }
}

function checkAddresses(report: RuleReport, { addresses = [], resolution = 'NONE', ports = [], hosts }: ServiceEntrySpec): void {
  for (const [index, address] of addresses.entries()) {
    const path = `spec.addresses[${index}]`;
    if (!isIpOrCidr(address)) report.error(path, `${quote(address)} is not a valid IP address or CIDR range`);
    else if (address.includes('/') && resolution !== 'NONE' && resolution !== 'STATIC')
      report.error(path, 'CIDR addresses are allowed only for NONE/STATIC resolution types');
  }
  const tcp = ports.filter((port) => !httpOrTls.has((port.protocol ?? '').toUpperCase()));
  if (hosts.length > 1 && addresses.length === 0 && tcp.length > 0 && resolution !== 'NONE')
    report.error('spec.hosts', 'multiple hosts provided with non-HTTP, non-TLS ports');
}

function checkResolution(report: RuleReport, spec: ServiceEntrySpec): void {
  const { resolution = 'NONE', endpoints = [], hosts, ports = [] } = spec;
  const names = new Set(ports.map((port) => port.name));
  const wildcard = hosts.findIndex((host) => host.startsWith('*'));
  switch (resolution) {
    case 'NONE':
      if (endpoints.length > 0) report.error('spec.endpoints', 'no endpoints should be provided for resolution type none');
      return;
    case 'STATIC':
      for (const [index, endpoint] of endpoints.entries()) {
        const { address = '' } = endpoint;
        if (!isIp(address) && !address.startsWith('unix://'))
          report.error(`spec.endpoints[${index}].address`, `endpoint address ${quote(address)} is not a valid IP address`);
        checkEndpoint(report, `spec.endpoints[${index}]`, endpoint);
      }
      break;
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      if (endpoints.length === 0 && wildcard >= 0 && spec.workloadSelector === undefined)
        report.error(`spec.hosts[${wildcard}]`, `hosts must be FQDN if no endpoints are provided for resolution mode ${resolution}`);
      if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1)
        report.error('spec.endpoints', `there must only be 0 or 1 endpoint for resolution mode ${resolution}`);
      for (const [index, endpoint] of endpoints.entries()) {
        const { address = '' } = endpoint;
        if (!isIp(address) && dnsProblem(address) !== undefined)
          report.error(`spec.endpoints[${index}].address`, `endpoint address ${quote(address)} is not a valid FQDN or an IP address`);
        checkEndpoint(report, `spec.endpoints[${index}]`, endpoint);
      }
      break;
    case 'DYNAMIC_DNS':
      if (wildcard < 0) report.error('spec.hosts', 'hosts must be wildcard for resolution mode DYNAMIC_DNS');
      if (endpoints.length > 0) report.error('spec.endpoints', 'no endpoints should be provided for resolution mode DYNAMIC_DNS');
      if (
        ports.some(
          (port) => !http.has((port.protocol ?? '').toUpperCase()) && !['HTTPS', 'TLS'].includes((port.protocol ?? '').toUpperCase()),
        )
      )
        report.error('spec.ports', 'only HTTP and TLS ports are allowed for resolution mode DYNAMIC_DNS');
      return;
  }
  for (const [index, endpoint] of endpoints.entries()) {
    for (const name of Object.keys(endpoint.ports ?? {})) {
      if (!names.has(name))
        report.error(`spec.endpoints[${index}].ports${fieldName(name)}`, `endpoint port ${name} is not defined by the service entry`);
    }
  }
}
