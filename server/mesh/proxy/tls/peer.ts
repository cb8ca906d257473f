import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { PeerTls } from '../io/connection';

/** Describes the other side of a finished handshake. */
export function describePeer(socket: TLSSocket, localUri: string): PeerTls {
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  const names = splitAltNames(certificate.subjectaltname ?? '');
  return {
    sni: typeof socket.servername === 'string' ? socket.servername : '',
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : '',
    version: socket.getProtocol() ?? '',
    uris: names.uris,
    dnsNames: names.dnsNames,
    subject: subjectText(certificate.subject),
    digest: (certificate.fingerprint256 ?? '').replaceAll(':', '').toLowerCase(),
    localUri,
    resumed: socket.isSessionReused(),
  };
}

/** Takes Node's text form of subject alternative names apart (`URI:spiffe://…, DNS:x`). */
export function splitAltNames(text: string): { uris: string[]; dnsNames: string[]; addresses: string[] } {
  const found = { uris: [] as string[], dnsNames: [] as string[], addresses: [] as string[] };
  // Names with commas come quoted as JSON strings.
  for (const match of text.matchAll(/(URI|DNS|IP Address):(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g)) {
    const value = match[2] ?? match[3] ?? '';
    if (match[1] === 'URI') found.uris.push(value);
    else if (match[1] === 'DNS') found.dnsNames.push(value);
    else found.addresses.push(value);
  }
  return found;
}

function subjectText(subject: PeerCertificate['subject'] | undefined): string {
  if (subject === undefined) return '';
  // RFC 2253 order: the most specific part first.
  return Object.entries(subject)
    .toReversed()
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(',');
}
