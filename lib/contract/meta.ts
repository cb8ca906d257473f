import { z } from 'zod';
import { notice } from './shared';

/** A source of the console and whether it answers. `kind` says what was found there (`istio`, `heddle`, `jaeger-v3`, `tempo` …). */
export const sourceStatus = z.object({
  name: z.enum(['kubernetes', 'mesh', 'prometheus', 'traces']),
  url: z.string(),
  kind: z.string().optional(),
  version: z.string().optional(),
  status: z.enum(['up', 'down', 'absent']),
  message: z.string().optional(),
  checkedAt: z.string(),
});
export type SourceStatus = z.infer<typeof sourceStatus>;

/** A namespace and whether new pods in it get a sidecar. `revision` is set when the label `istio.io/rev` decides it. */
export const namespaceInfo = z.object({
  name: z.string(),
  injection: z.enum(['enabled', 'disabled', 'revision', 'ambient']),
  revision: z.string().optional(),
  labels: z.record(z.string(), z.string()),
});
export type NamespaceInfo = z.infer<typeof namespaceInfo>;

/** `GET /meta` */
export const metaResponse = z.object({
  product: z.object({ name: z.string(), version: z.string() }),
  cluster: z.object({ name: z.string(), version: z.string().nullable() }),
  sources: z.array(sourceStatus),
  namespaces: z.array(namespaceInfo),
  notices: z.array(notice),
});
export type MetaResponse = z.infer<typeof metaResponse>;

/** `GET /healthz` */
export const healthzResponse = z.object({ status: z.enum(['ok', 'starting']), version: z.string() });
export type HealthzResponse = z.infer<typeof healthzResponse>;
