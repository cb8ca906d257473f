import { z } from 'zod';

/** Where the parts of a running mesh answer. */
const addresses = z.object({
  kubernetes: z.string(),
  kubeconfig: z.string(),
  prometheus: z.string(),
  jaeger: z.string(),
  otlpHttp: z.string(),
  zipkin: z.string(),
  xds: z.string(),
  xdsTls: z.string(),
  debug: z.string(),
});
export type MeshAddresses = z.infer<typeof addresses>;

/** What `heddle mesh` says on its standard output, one JSON object per line. */
const meshEvent = z.discriminatedUnion('event', [
  /** The Kubernetes API answers; the rest follows. */
  z.object({ event: z.literal('kubernetes'), kubernetes: z.string(), kubeconfig: z.string() }),
  z.object({ event: z.literal('ready') }).extend(addresses.shape),
  /** Which processes run for pods. */
  z.object({ event: z.literal('processes'), proxies: z.array(z.number()), workloads: z.array(z.number()) }),
]);
export type MeshEvent = z.infer<typeof meshEvent>;

/** What `heddle console` says: where it begins to listen. */
const consoleEvent = z.object({ event: z.literal('listening'), console: z.url() });
export type ConsoleEvent = z.infer<typeof consoleEvent>;

/** Reads a line; `undefined` for one that is no event. */
export function readMeshEvent(line: string): MeshEvent | undefined {
  return read(meshEvent, line);
}

/** Reads a line; `undefined` for one that is no event. */
export function readConsoleEvent(line: string): ConsoleEvent | undefined {
  return read(consoleEvent, line);
}

function read<Event>(schema: z.ZodType<Event>, line: string): Event | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
