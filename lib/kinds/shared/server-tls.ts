import { z } from 'zod';
import { as, describeFields, oneOf } from '../field-notes';

/** TLS settings of a Gateway or Sidecar server (Istio networking API, ServerTLSSettings). */
export const serverTls = z.object({
  caCertCredentialName: z.string().optional(),
  caCertificates: z.string().optional(),
  caCrl: z.string().optional(),
  cipherSuites: z.array(z.string()).optional(),
  credentialName: z.string().optional(),
  credentialNames: z.array(z.string()).optional(),
  httpsRedirect: z.boolean().optional(),
  insecureSkipVerify: z.boolean().optional(),
  maxProtocolVersion: z.enum(['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3']).optional(),
  minProtocolVersion: z.enum(['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3']).optional(),
  mode: z.enum(['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL']).optional(),
  privateKey: z.string().optional(),
  serverCertificate: z.string().optional(),
  subjectAltNames: z.array(z.string()).optional(),
  tlsCertificates: z
    .array(z.object({ caCertificates: z.string().optional(), privateKey: z.string().optional(), serverCertificate: z.string().optional() }))
    .optional(),
  verifyCertificateHash: z.array(z.string()).optional(),
  verifyCertificateSpki: z.array(z.string()).optional(),
});
export type ServerTls = z.infer<typeof serverTls>;

const tlsVersions = {
  TLS_AUTO: 'What the proxy takes by default.',
  TLSV1_0: 'TLS 1.0: broken, only for very old clients.',
  TLSV1_1: 'TLS 1.1: broken, only for very old clients.',
  TLSV1_2: 'TLS 1.2.',
  TLSV1_3: 'TLS 1.3.',
};

describeFields(serverTls, {
  caCertCredentialName: as(
    'secret',
    "Secret with the CA certificates that clients are verified with, when it is not part of the server's own Secret.",
  ),
  caCertificates: 'File in the proxy with the CA certificates that clients are verified with. Needed for MUTUAL without a Secret.',
  caCrl: 'File in the proxy with the list of revoked client certificates.',
  cipherSuites: "Cipher suites to allow, for TLS 1.2 and older. None: the proxy's own choice.",
  credentialName: as('secret', "Secret with key and certificate (and `ca.crt` for MUTUAL), in the namespace of the gateway's pods."),
  credentialNames: as('secret', 'Several Secrets, one per kind of key (RSA and ECDSA): the proxy picks what the client can verify.'),
  httpsRedirect: 'Answers plain HTTP with a redirect to HTTPS (301). For servers of HTTP ports.',
  insecureSkipVerify: 'Takes any client certificate without verifying who issued it. For tests.',
  maxProtocolVersion: oneOf('Newest TLS version to speak.', tlsVersions),
  minProtocolVersion: oneOf('Oldest TLS version to accept. Left out: TLS 1.2.', tlsVersions),
  mode: oneOf('Who ends TLS, and whether the client must show a certificate.', {
    PASSTHROUGH: 'The proxy does not decrypt: it routes by the host name in the TLS greeting (SNI).',
    SIMPLE: 'The proxy decrypts with its own certificate; clients need none.',
    MUTUAL: 'The proxy decrypts; clients must show a certificate that verifies.',
    AUTO_PASSTHROUGH: 'Like PASSTHROUGH, without a route: SNI itself says the service. For traffic between clusters.',
    ISTIO_MUTUAL: "Mutual TLS with the mesh's own certificates.",
    OPTIONAL_MUTUAL: 'A client may show a certificate; one it shows must verify.',
  }),
  privateKey: 'File in the proxy with the private key. A Secret is the better place.',
  serverCertificate: 'File in the proxy with the certificate. A Secret is the better place.',
  subjectAltNames: "Names that the client's certificate must have one of.",
  tlsCertificates: 'Several certificates as files in the proxy, one per kind of key.',
  'tlsCertificates[].caCertificates': 'File with the CA certificates.',
  'tlsCertificates[].privateKey': 'File with the private key.',
  'tlsCertificates[].serverCertificate': 'File with the certificate.',
  verifyCertificateHash: 'SHA-256 hashes (hex) of the client certificates that are accepted.',
  verifyCertificateSpki: 'SHA-256 hashes (base64) of the public keys that are accepted.',
});
