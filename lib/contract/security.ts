import { z } from 'zod';
import { kubernetesObject, nameList, notice, objectRef } from './shared';

export const securityQuery = z.object({ namespaces: nameList });

/** One request that a caller might send, and what the policies of the other side say of it. */
export const askedOperation = z.object({
  method: z.string(),
  path: z.string(),
  verdict: z.enum(['allow', 'deny', 'mixed', 'fails']),
  /** `Kind namespace/name` of the policy that decides; empty when none does. */
  object: z.string(),
  /** Why not, in words. */
  reason: z.string(),
});

/** What one workload may ask of one service. `verdict` sums the operations up: `mixed` when they differ. */
export const permittedCall = z.object({
  /** `namespace/workload`. */
  from: z.string(),
  /** `namespace/service`. */
  to: z.string(),
  verdict: z.enum(['allow', 'deny', 'mixed', 'fails']),
  operations: z.array(askedOperation),
  /** Requests per second that were seen; `null`: none. */
  rps: z.number().nullable(),
});
export type PermittedCall = z.infer<typeof permittedCall>;

export const mutualTlsMode = z.enum(['DISABLE', 'PERMISSIVE', 'STRICT']);

/** A mode at one place: what is set there (`null`: nothing), what holds, and the object it comes from (`null`: Istio's default). */
const modeFields = { written: mutualTlsMode.nullable(), effective: mutualTlsMode, from: objectRef.nullable() };

export const securedWorkload = z.object({
  namespace: z.string(),
  name: z.string(),
  serviceAccount: z.string(),
  /** Labels that select just this workload's app. */
  labels: z.record(z.string(), z.string()),
  hasProxy: z.boolean(),
  ...modeFields,
  /** Name of the policy that selects it, in its namespace; empty: none. */
  policy: z.string(),
  ports: z.array(z.object({ port: z.int(), name: z.string(), ...modeFields })),
  /** Whether requests without a token are refused, and by which policy; `null` where no RequestAuthentication applies. */
  token: z.object({ required: z.boolean(), object: z.string() }).nullable(),
});
export type SecuredWorkload = z.infer<typeof securedWorkload>;

/** `GET /security` */
export const securityResponse = z.object({
  rootNamespace: z.string(),
  trustDomain: z.string(),
  callers: z.array(z.object({ namespace: z.string(), name: z.string(), serviceAccount: z.string(), hasProxy: z.boolean() })),
  services: z.array(z.object({ namespace: z.string(), name: z.string(), selector: z.record(z.string(), z.string()) })),
  calls: z.array(permittedCall),
  /** How many pairs of callers and services were left out, because there are too many to ask about. */
  leftOut: z.int(),
  mesh: z.object({ ...modeFields, policy: z.string() }),
  namespaces: z.array(z.object({ name: z.string(), ...modeFields, policy: z.string() })),
  workloads: z.array(securedWorkload),
  /** The objects themselves, to edit. */
  authorizationPolicies: z.array(kubernetesObject),
  requestAuthentications: z.array(kubernetesObject),
  peerAuthentications: z.array(kubernetesObject),
  notices: z.array(notice),
});
export type SecurityResponse = z.infer<typeof securityResponse>;
