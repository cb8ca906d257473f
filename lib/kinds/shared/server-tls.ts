import { z } from 'zod';

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
