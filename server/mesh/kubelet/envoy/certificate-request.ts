import { generateKeyPairSync, sign } from 'node:crypto';

/** DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const head = size < 0x80 ? [tag, size] : size < 0x100 ? [tag, 0x81, size] : [tag, 0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
/** OID 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));

function pem(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${bytes
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd()}\n-----END ${label}-----\n`;
}

/**
 * A new P-256 key and a request to certify it (PKCS #10, RFC 2986). Subject and extensions are empty: whom the certificate names is
 * what the authority reads from the token.
 */
export function createCertificateRequest(): { keyPem: string; requestPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const version = Buffer.from([0x02, 0x01, 0x00]);
  const information = sequence(version, sequence(), publicKey.export({ type: 'spki', format: 'der' }), der(0xa0));
  const signature = sign('sha256', information, privateKey);
  const request = sequence(information, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return { keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), requestPem: pem('CERTIFICATE REQUEST', request) };
}
