import { z } from 'zod';
import { kubernetesObject, measured, objectRef } from './shared';

/** Who sends requests to a service: a workload, as it was looked at. */
export const trafficCaller = z.object({
  namespace: z.string(),
  workload: z.string(),
  /** Labels of its pods: rules may ask for them. */
  labels: z.record(z.string(), z.string()),
  /** A gateway, which has routes of its own. */
  gateway: z.boolean(),
});
export type TrafficCaller = z.infer<typeof trafficCaller>;

/** An object that routes requests to the service, or means to. */
export const trafficRoute = z.object({
  ref: objectRef,
  /** What a person writes of it, with the resourceVersion a write must be made on. */
  object: kubernetesObject,
  /** Callers whose proxies are served routes made from it, as `namespace/workload`. None: it is not in force. */
  callers: z.array(z.string()),
  /** The objects that are in force in its place, as `Kind namespace/name`. */
  overruledBy: z.array(z.string()),
});
export type TrafficRoute = z.infer<typeof trafficRoute>;

/** A version of the service: what of it is there, and what share of the requests it got. */
export const trafficVersion = z.object({
  version: z.string(),
  labels: z.record(z.string(), z.string()),
  readyEndpoints: z.int(),
  endpoints: z.int(),
  /** Share (0..1) of the requests of the last minute, with its 95 % Wilson interval. */
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  requests: z.number().nullable(),
});
export type TrafficVersion = z.infer<typeof trafficVersion>;

/** `caller`: `namespace/workload`; what is in force for it comes first. */
export const trafficQuery = z.object({ caller: z.string().optional() });

/**
 * `GET /services/{namespace}/{name}/traffic`: what the traffic editor edits. It is edited with `lib/traffic`, which makes the objects
 * to preview and apply.
 */
export const trafficResponse = z.object({
  namespace: z.string(),
  name: z.string(),
  /** In force first. Empty: requests go to all ready endpoints, and a change creates a VirtualService. */
  routes: z.array(trafficRoute),
  /** The DestinationRule in force for the callers (for the caller that was asked for); `null`: none. */
  destinationRule: kubernetesObject.nullable(),
  /** More of them that have a part in it, or are in force for other callers, as `DestinationRule namespace/name`. */
  otherRules: z.array(z.string()),
  /** Which objects of the mesh, as `Kind namespace/name`, send requests to which subset of the service. */
  subsetUsers: z.array(z.object({ subset: z.string(), object: z.string() })),
  /** Ports of the service. */
  ports: z.array(z.object({ number: z.int(), name: z.string() })),
  versions: z.array(trafficVersion),
  /** Services that stand for one version of this one each: what routes of the Gateway API split over. */
  backends: z.array(z.object({ namespace: z.string(), name: z.string(), port: z.int(), version: z.string() })),
  /** The callers that were looked at. */
  callers: z.array(trafficCaller),
  /** Names that are free in the service's namespace, for what a change has to create. */
  newNames: z.object({ virtualService: z.string(), destinationRule: z.string() }),
  ...measured,
});
export type TrafficResponse = z.infer<typeof trafficResponse>;
