import { X509Certificate } from 'node:crypto';
import type { Credential } from '@/lib/contract';
import type { AnyKubeObject } from '@/server/kube';

/** Entries of Secrets that hold a server's certificate chain: Kubernetes' own, and Istio's older name. */
const entries = ['tls.crt', 'cert'];

/** Facts of the certificate in a Secret. What the Secret holds does not leave this function. */
export function readCredential(secret: AnyKubeObject, nowMs: number): Credential {
  const base = { namespace: secret.metadata.namespace ?? '', name: secret.metadata.name };
  const data = (secret['data'] ?? {}) as Record<string, unknown>;
  const encoded = entries.map((entry) => data[entry]).find((value) => typeof value === 'string');
  if (typeof encoded !== 'string')
    return { ...base, state: 'unreadable', certificate: null, message: `It has neither ${entries.join(' nor ')}.` };
  try {
    const certificate = new X509Certificate(Buffer.from(encoded, 'base64'));
    const names = (certificate.subjectAltName ?? '')
      .split(', ')
      .map((name) => name.replace(/^(?:DNS|IP Address|URI):/, ''))
      .filter((name) => name !== '');
    const facts = {
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      names,
      notBefore: new Date(certificate.validFrom).toISOString(),
      notAfter: new Date(certificate.validTo).toISOString(),
    };
    if (Date.parse(facts.notAfter) < nowMs)
      return { ...base, state: 'expired', certificate: facts, message: 'Its certificate has expired: clients refuse it.' };
    if (Date.parse(facts.notBefore) > nowMs)
      return { ...base, state: 'not_yet', certificate: facts, message: 'Its certificate is not valid yet: clients refuse it.' };
    return { ...base, state: 'ok', certificate: facts, message: '' };
  } catch {
    return { ...base, state: 'unreadable', certificate: null, message: 'Its certificate cannot be read.' };
  }
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

/** Whether a name of a certificate covers a host: `*.a.b` covers one label below. */
export function coversHost(names: readonly string[], host: string): boolean {
  const wanted = host.toLowerCase();
  return names.some((name) => {
    const one = name.toLowerCase();
    if (one === wanted) return true;
    if (!one.startsWith('*.')) return false;
    const below = wanted.startsWith('*.') ? wanted.slice(2) : wanted.slice(wanted.indexOf('.') + 1);
    return below === one.slice(2) && (wanted.startsWith('*.') || wanted.includes('.'));
  });
}
