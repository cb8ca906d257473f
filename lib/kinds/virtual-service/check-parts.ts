import { checkPort, dnsProblem, isIp, quote, subsetNameProblem, wildcardDnsProblem } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { Destination } from '../shared/route-parts';

const maxWeight = 4_294_967_295;

/** `mesh`, a name, `namespace/name`, or the legacy form of a DNS name. */
export function checkGatewayName(report: RuleReport, path: string, gateway: string): void {
  const parts = gateway.split('/');
  if (parts.length > 2 || parts.some((part) => part === '')) {
    report.error(path, `config namespace and gateway name ${quote(gateway)} must be given as <namespace>/<name>`);
    return;
  }
  const [namespace, name] = parts.length === 2 ? parts : ['.', gateway];
  if (namespace !== '.' && dnsProblem(namespace ?? '') !== undefined)
    report.error(path, `invalid value for namespace: ${quote(namespace ?? '')}`);
  const problem = dnsProblem(name ?? '');
  if (problem !== undefined) report.error(path, `invalid value for gateway name: ${quote(gateway)}`);
  else if (parts.length === 1 && gateway.includes('.'))
    report.warning(
      path,
      `using legacy gatewayName format ${quote(gateway)}; prefer the <namespace>/<name> format: ${quote(legacyName(gateway))}`,
    );
}

function legacyName(gateway: string): string {
  const [name = '', namespace = ''] = gateway.split('.');
  return `${namespace}/${name}`;
}

/** Where traffic goes to. */
export function checkDestination(report: RuleReport, path: string, destination: Destination): void {
  const { host, subset, port } = destination;
  if (host === '*') report.error(`${path}.host`, `invalid destination host ${host}`);
  else if (!isIp(host)) {
    const problem = wildcardDnsProblem(host);
    if (problem !== undefined) report.error(`${path}.host`, problem);
  }
  if (subset !== undefined && subset !== '') {
    const problem = subsetNameProblem(subset);
    if (problem !== undefined) report.error(`${path}.subset`, problem);
  }
  if (port !== undefined) checkPort(report, `${path}.port.number`, port.number ?? 0);
}

/** Weights: none below zero, and not all of them zero when there are several. */
export function checkWeights(report: RuleReport, path: string, routes: readonly { weight?: number | undefined }[]): void {
  let total = 0;
  for (const [index, { weight = 0 }] of routes.entries()) {
    if (weight < 0) report.error(`${path}[${index}].weight`, `weight ${weight} < 0`);
    total += weight;
  }
  if (routes.length > 1 && total === 0) report.error(path, `total destination weight = ${total}`);
  if (total > maxWeight) report.error(path, `total destination weight = ${total}, which exceeds ${maxWeight}`);
}

/** A share in percent: nothing, or at least one in a million. */
export function checkPercentage(report: RuleReport, path: string, value: number | undefined): void {
  if (value !== undefined && value !== 0 && (value < 0.0001 || value > 100))
    report.error(path, `percentage ${value} is neither 0.0, nor in range [0.0001, 100.0]`);
}
