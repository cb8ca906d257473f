import { duplicates, quote } from './rule-parts';
import type { RuleReport } from '../define-kind';
import type { ServerTls } from './server-tls';

const versions = ['TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'];
const ciphers = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

/** What Istio's webhook says about the TLS settings of a server (istio.md §2.1). */
export function checkServerTls(report: RuleReport, path: string, tls: ServerTls): void {
  const mode = tls.mode ?? 'PASSTHROUGH';
  checkVersions(report, path, tls);
  checkCiphers(report, path, tls);
  const {
    credentialName = '',
    credentialNames = [],
    serverCertificate = '',
    privateKey = '',
    caCertificates = '',
    caCrl = '',
    tlsCertificates = [],
  } = tls;
  const hasFiles = serverCertificate !== '' || privateKey !== '' || tlsCertificates.length > 0;
  const hasCredential = credentialName !== '' || credentialNames.length > 0;
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') {
    if (hasFiles || hasCredential || caCertificates !== '')
      report.warning(path, `PASSTHROUGH mode does not use certificates, they will be ignored`);
    return;
  }
  if (mode === 'ISTIO_MUTUAL') {
    const fields: [string, boolean, string][] = [
      ['serverCertificate', serverCertificate !== '', 'server certificate'],
      ['privateKey', privateKey !== '', 'private key'],
      ['caCertificates', caCertificates !== '', 'CA bundle'],
      ['credentialName', hasCredential, 'credentialName'],
    ];
    for (const [field, given, what] of fields)
      if (given) report.error(`${path}.${field}`, `ISTIO_MUTUAL TLS cannot have associated ${what}`);
    return;
  }
  if (credentialName !== '' && credentialNames.length > 0)
    report.error(`${path}.credentialNames`, 'only one of credentialName or credentialNames can be set');
  if (credentialNames.length > 2) report.error(`${path}.credentialNames`, 'credentialNames can have at most two entries (RSA and ECDSA)');
  for (const { text, index } of duplicates(credentialNames))
    report.error(`${path}.credentialNames[${index}]`, `duplicate credential name ${quote(text)}`);
  if (hasCredential && caCrl !== '')
    report.error(`${path}.caCrl`, 'CRL is not supported with credentialName. CRL has to be specified in the credential');
  if (mode === 'SIMPLE' && caCrl !== '') report.error(`${path}.caCrl`, 'CRL is not supported with SIMPLE mode');
  if (hasCredential) return;
  if (tlsCertificates.length > 0) {
    for (const [index, one] of tlsCertificates.entries()) {
      if ((one.serverCertificate ?? '') === '')
        report.error(`${path}.tlsCertificates[${index}]`, `${mode} TLS requires a server certificate`);
      if ((one.privateKey ?? '') === '') report.error(`${path}.tlsCertificates[${index}]`, `${mode} TLS requires a private key`);
    }
    return;
  }
  if (serverCertificate === '') report.error(path, `${mode} TLS requires a server certificate`);
  if (privateKey === '') report.error(path, `${mode} TLS requires a private key`);
  if (mode === 'MUTUAL' && caCertificates === '' && (tls.caCertCredentialName ?? '') === '')
    report.error(path, 'MUTUAL TLS requires a client CA bundle');
}

function checkVersions(report: RuleReport, path: string, tls: ServerTls): void {
  const min = versions.indexOf(tls.minProtocolVersion ?? '');
  const max = versions.indexOf(tls.maxProtocolVersion ?? '');
  if (min >= 0 && max >= 0 && min > max)
    report.error(`${path}.minProtocolVersion`, `minimum TLS version ${versions[min] ?? ''} is above the maximum ${versions[max] ?? ''}`);
  for (const [field, version] of [
    ['minProtocolVersion', min],
    ['maxProtocolVersion', max],
  ] as const) {
    if (version >= 0 && version < versions.indexOf('TLSV1_2'))
      report.warning(
        `${path}.${field}`,
        `TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers`,
      );
  }
}

function checkCiphers(report: RuleReport, path: string, tls: ServerTls): void {
  const suites = tls.cipherSuites ?? [];
  for (const [index, suite] of suites.entries()) {
    if (!ciphers.has(suite)) report.warning(`${path}.cipherSuites[${index}]`, `ignoring invalid cipher suite: ${quote(suite)}`);
  }
  for (const { text, index } of duplicates(suites))
    report.warning(`${path}.cipherSuites[${index}]`, `ignoring duplicate cipher suite: ${quote(text)}`);
}
