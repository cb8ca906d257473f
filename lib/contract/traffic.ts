import { z } from 'zod';
import { trafficSettings } from '@/lib/kinds/virtual-service';
import { kubernetesObject, measured, objectRef } from './shared';

/** What is known of one destination of the editor beside its weight. */
export const trafficObserved = z.object({
  subset: z.string().nullable(),
  version: z.string().nullable(),
  readyEndpoints: z.int(),
  /** Share (0..1) of the requests of the last minute, with its 95 % Wilson interval. */
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  requests: z.number().nullable(),
});
export type TrafficObserved = z.infer<typeof trafficObserved>;

/**
 * `GET /services/{namespace}/{name}/traffic`: the editor's model.
 * The page edits `settings` and gives both back to `writeTraffic` of `lib/kinds/virtual-service`, which makes the objects to preview and apply.
 */
export const trafficResponse = z.object({
  namespace: z.string(),
  name: z.string(),
  settings: trafficSettings,
  /** What `settings` is read from; `null`: the object does not exist yet and a change would create it. */
  virtualService: kubernetesObject.nullable(),
  destinationRule: kubernetesObject.nullable(),
  /** Versions found on the pods behind the service: subsets that do not exist yet are made of them. */
  versions: z.array(z.object({ version: z.string(), labels: z.record(z.string(), z.string()) })),
  sources: z.array(z.object({ ref: objectRef, resourceVersion: z.string() })),
  editable: z.boolean(),
  /** Why it cannot be edited here; a message `whyNot.CODE` of the catalogue. */
  whyNot: z.object({ code: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) }).nullable(),
  observed: z.array(trafficObserved),
  ...measured,
});
export type TrafficResponse = z.infer<typeof trafficResponse>;
