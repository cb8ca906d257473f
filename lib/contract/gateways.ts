import { z } from 'zod';
import { kubernetesObject, nameList, notice, objectRef } from './shared';

export const gatewaysQuery = z.object({ namespaces: nameList });

/** What is known of a certificate in a Secret: facts of the certificate, never the Secret's content. */
export const certificateFacts = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  notBefore: z.string(),
  notAfter: z.string(),
});

/** A Secret that a listener names, or could name. */
export const credential = z.object({
  namespace: z.string(),
  name: z.string(),
  /** `missing`: no such Secret. `unreadable`: it may not be read, or holds no certificate. */
  state: z.enum(['ok', 'expired', 'not_yet', 'missing', 'unreadable']),
  certificate: certificateFacts.nullable(),
  /** Why it is not `ok`, in words. */
  message: z.string(),
});
export type Credential = z.infer<typeof credential>;

export const boundRoute = z.object({
  ref: objectRef,
  hosts: z.array(z.string()),
  /** `false`: the gateway does not take it; `null`: nobody says. */
  accepted: z.boolean().nullable(),
  message: z.string(),
});

export const gatewayListener = z.object({
  /** Path in the object, `spec.servers[0]` or `spec.listeners[0]`. */
  path: z.string(),
  name: z.string(),
  port: z.int(),
  protocol: z.string(),
  hosts: z.array(z.string()),
  /** Empty: no TLS. */
  tlsMode: z.string(),
  httpsRedirect: z.boolean(),
  credentials: z.array(credential),
  /** Hosts that none of the certificates covers. */
  uncovered: z.array(z.string()),
  routes: z.array(boundRoute),
});
export type GatewayListener = z.infer<typeof gatewayListener>;

export const gatewaySummary = z.object({
  ref: objectRef,
  object: kubernetesObject,
  /** Labels of the pods (Istio) or the class (Gateway API). */
  runsOn: z.string(),
  /** Pods of it that are ready, of how many; `null` where nothing says which they are. */
  pods: z.object({ ready: z.int(), total: z.int() }).nullable(),
  /** Namespace in which names of Secrets are looked up; empty: it depends on the pods. */
  credentialNamespace: z.string(),
  listeners: z.array(gatewayListener),
});
export type GatewaySummary = z.infer<typeof gatewaySummary>;

/** `GET /gateways`. `secrets`: those with a certificate that could be chosen, by the namespaces of the gateways. */
export const gatewaysResponse = z.object({ gateways: z.array(gatewaySummary), secrets: z.array(credential), notices: z.array(notice) });
export type GatewaysResponse = z.infer<typeof gatewaysResponse>;
