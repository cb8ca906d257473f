import { generateKeyPairSync, sign } from 'node:crypto';

/** A fresh key and the request to certify it, both PEM. The key exists nowhere else. */
export interface KeyAndRequest {
  keyPem: string;
  csrPem: string;
}

/**
 * Makes an ECDSA P-256 key and a PKCS #10 request for it (RFC 2986) with an empty subject and no extensions: the certificate authority puts in
 * who the caller proved to be, and reads nothing from the request but the key. Written out by hand, because the sidecar carries no X.509 library.
 */
export function makeKeyAndRequest(): KeyAndRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const version = der(0x02, Buffer.from([0]));
  const subject = der(0x30, Buffer.alloc(0));
  const attributes = der(0xa0, Buffer.alloc(0));
  const info = der(0x30, Buffer.concat([version, subject, publicKey.export({ type: 'spki', format: 'der' }), attributes]));
  // Object identifier 1.2.840.10045.4.3.2, ecdsa-with-SHA256.
  const algorithm = der(0x30, der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])));
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', info, privateKey)]));
  const request = der(0x30, Buffer.concat([info, algorithm, signature]));
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    csrPem: pem('CERTIFICATE REQUEST', request),
  };
}

/** One DER value: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
