import { createPrivateKey, webcrypto } from 'node:crypto';

export interface Issued {
  certPem: string;
  keyPem: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function library() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

/** A small certificate authority, as the openssl commands of Istio's tasks make one. */
export class TestAuthority {
  private readonly root: Awaited<ReturnType<typeof TestAuthority.makeRoot>>;

  private constructor(root: Awaited<ReturnType<typeof TestAuthority.makeRoot>>) {
    this.root = root;
  }

  private static async makeRoot(name: string) {
    const x509 = await library();
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `O=${name}`,
      keys,
      signingAlgorithm: algorithm,
      notAfter: new Date(Date.now() + 86_400_000),
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    });
    return { x509, keys, certificate };
  }

  static async create(name: string): Promise<TestAuthority> {
    return new TestAuthority(await TestAuthority.makeRoot(name));
  }

  get certPem(): string {
    return this.root.certificate.toString('pem');
  }

  /** A certificate for these DNS names, good for servers and clients. */
  async issue(...names: string[]): Promise<Issued> {
    const { x509, keys, certificate } = this.root;
    const own = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const issued = await x509.X509CertificateGenerator.create({
      subject: `CN=${names[0] ?? 'client'}`,
      issuer: certificate.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
        .toString('hex')
        .replace(/^./, '1'),
      notAfter: new Date(Date.now() + 86_400_000),
      extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
    });
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey));
    const keyPem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
    return { certPem: issued.toString('pem'), keyPem: keyPem.toString() };
  }
}

/** A Secret with these entries, as `kubectl create secret generic` writes it. */
export function secretManifest(namespace: string, name: string, entries: Record<string, string>, type = 'Opaque'): string {
  const data = Object.entries(entries).map(([key, value]) => `  ${key}: ${Buffer.from(value).toString('base64')}\n`);
  return `apiVersion: v1\nkind: Secret\ntype: ${type}\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata:\n${data.join('')}`;
}
