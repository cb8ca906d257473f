import { checkDuration, checkPolicyTargets, duplicates, quote } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { RequestAuthentication, RequestAuthenticationSpec } from './schema';

type JwtRule = NonNullable<RequestAuthenticationSpec['jwtRules']>[number];

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

/** What Istio's webhook says about a RequestAuthentication (istio.md §2.1). */
export function checkRequestAuthentication({ spec }: RequestAuthentication, report: RuleReport): void {
  checkPolicyTargets(report, spec);
  for (const [index, rule] of (spec.jwtRules ?? []).entries()) checkJwtRule(report, `spec.jwtRules[${index}]`, rule);
}

function checkJwtRule(report: RuleReport, path: string, rule: JwtRule): void {
  const jwksUri = rule.jwksUri ?? rule.jwks_uri;
  if ((rule.issuer ?? '') === '' && (jwksUri ?? '') === '' && (rule.jwks ?? '') === '')
    report.error(`${path}.issuer`, 'issuer or jwksUri must be non-empty');
  for (const [index, audience] of (rule.audiences ?? []).entries())
    if (audience === '') report.error(`${path}.audiences[${index}]`, 'audience must be non-empty string');
  if (jwksUri !== undefined && jwksUri !== '') {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]+/i.exec(jwksUri)?.[1]?.toLowerCase();
    if (scheme !== 'http' && scheme !== 'https')
      report.error(`${path}.jwksUri`, `URI scheme ${quote(scheme ?? '')} is not supported: ${quote(jwksUri)} must be an http or https URL`);
  }
  if (rule.jwks !== undefined && rule.jwks !== '') checkKeys(report, path, rule.jwks);
  if (rule.jwks !== undefined && rule.jwks !== '' && jwksUri !== undefined && jwksUri !== '')
    report.error(path, 'only one of jwks or jwksUri can be set');
  for (const [index, header] of (rule.fromHeaders ?? []).entries())
    if (header.name === '') report.error(`${path}.fromHeaders[${index}].name`, 'location header name must be non-empty string');
  for (const [index, name] of (rule.fromParams ?? []).entries())
    if (name === '') report.error(`${path}.fromParams[${index}]`, 'location query must be non-empty string');
  for (const [index, name] of (rule.fromCookies ?? []).entries())
    if (name === '') report.error(`${path}.fromCookies[${index}]`, 'cookie name must be non-empty string');
  checkDuration(report, `${path}.timeout`, rule.timeout);
  const claims = rule.outputClaimToHeaders ?? [];
  for (const [index, { claim, header }] of claims.entries()) {
    if (claim === '' || header === '')
      report.error(`${path}.outputClaimToHeaders[${index}]`, 'outputClaimToHeaders header and claim value must be non-empty string');
    else if (!/^[-_A-Za-z0-9]+$/.test(header))
      report.error(
        `${path}.outputClaimToHeaders[${index}].header`,
        `header ${quote(header)} may only contain letters, digits, "-" and "_"`,
      );
  }
  for (const { text, index } of duplicates(claims.map(({ header }) => header.toLowerCase())))
    report.error(`${path}.outputClaimToHeaders[${index}].header`, `duplicate claim header ${quote(text)}`);
}

function checkKeys(report: RuleReport, path: string, jwks: string): void {
  let keys: unknown;
  try {
    keys = (JSON.parse(jwks) as { keys?: unknown } | null)?.keys;
  } catch (error) {
    report.error(`${path}.jwks`, `jwks parse error: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  if (!Array.isArray(keys)) {
    report.error(`${path}.jwks`, 'jwks parse error: no list "keys"');
    return;
  }
  const isPrivate = keys.some((key: unknown) => typeof key === 'object' && key !== null && privateMembers.some((member) => member in key));
  if (isPrivate) report.warning(`${path}.jwks`, 'jwks contains private key material: anyone who may read this object can sign tokens');
}
