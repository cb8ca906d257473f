import { z } from 'zod';
import { nodeKind } from '@/lib/graph';
import { durationText, healthFields, measured, nameList, objectRef, red, words } from './shared';

export const servicesQuery = z.object({ namespaces: nameList, duration: durationText.default('60s') });
export type ServicesQuery = z.infer<typeof servicesQuery>;

export const serviceQuery = z.object({ duration: durationText.default('60s') });
export type ServiceQuery = z.infer<typeof serviceQuery>;

export const servicePort = z.object({
  name: z.string(),
  number: z.int(),
  targetPort: z.union([z.int(), z.string()]).optional(),
  /** As the mesh sees it: appProtocol, else the prefix of the name: http, grpc, tcp … */
  protocol: z.string(),
});

/** `GET /services`: one row. */
export const serviceSummary = z.object({
  namespace: z.string(),
  name: z.string(),
  host: z.string(),
  ports: z.array(servicePort),
  versions: z.array(z.string()),
  readyEndpoints: z.int(),
  ...healthFields,
  ...red,
});
export type ServiceSummary = z.infer<typeof serviceSummary>;

export const servicesResponse = z.object({
  at: z.string(),
  duration: z.string(),
  services: z.array(serviceSummary),
  ...measured,
});
export type ServicesResponse = z.infer<typeof servicesResponse>;

/** A version of a service: the pods of one value of the label `version`, and the subsets that choose them. */
export const serviceVersion = z.object({
  version: z.string(),
  subsets: z.array(z.string()),
  workloads: z.array(z.object({ kind: z.string(), name: z.string(), ready: z.int(), desired: z.int() })),
  readyEndpoints: z.int(),
  endpoints: z.int(),
  /** Share (0..1) of the service's requests that this version got in the window. */
  share: z.number().nullable(),
  ...red,
});
export type ServiceVersion = z.infer<typeof serviceVersion>;

/** Who calls the service; `id` is the caller's node in the graph. */
export const serviceCaller = z.object({
  id: z.string(),
  kind: nodeKind,
  namespace: z.string(),
  name: z.string(),
  version: z.string().optional(),
  mtlsShare: z.number().nullable(),
  ...red,
});
export type ServiceCaller = z.infer<typeof serviceCaller>;

/** An object that acts on the service, and as what. */
export const actingObject = z.object({
  ref: objectRef,
  role: z.enum(['routing', 'policy', 'security', 'telemetry', 'gateway', 'entry']),
  resourceVersion: z.string(),
});
export type ActingObject = z.infer<typeof actingObject>;

/** One rule of routing in the order it is tried; the first whose `match` fits decides. `sentences` says the same in words. */
export const serviceRoute = z.object({
  object: objectRef,
  /** Field path of the rule, as `spec.http[0]`. */
  path: z.string(),
  name: z.string().optional(),
  sentences: z.array(words),
});
export type ServiceRoute = z.infer<typeof serviceRoute>;

/** `GET /services/{namespace}/{name}` */
export const serviceResponse = z.object({
  at: z.string(),
  duration: z.string(),
  namespace: z.string(),
  name: z.string(),
  host: z.string(),
  clusterIp: z.string().nullable(),
  selector: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  ports: z.array(servicePort),
  versions: z.array(serviceVersion),
  callers: z.array(serviceCaller),
  objects: z.array(actingObject),
  routes: z.array(serviceRoute),
  ...healthFields,
  ...red,
  ...measured,
});
export type ServiceResponse = z.infer<typeof serviceResponse>;
