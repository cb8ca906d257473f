import { z } from 'zod';

/** Blocks shared by the routes of a VirtualService (Istio networking API). */
export const destination = z.object({
  host: z.string(),
  port: z.object({ number: z.int().optional() }).optional(),
  subset: z.string().optional(),
});
export type Destination = z.infer<typeof destination>;

export const headerOperations = z.object({
  request: z
    .object({
      add: z.record(z.string(), z.string()).optional(),
      remove: z.array(z.string()).optional(),
      set: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  response: z
    .object({
      add: z.record(z.string(), z.string()).optional(),
      remove: z.array(z.string()).optional(),
      set: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});
export type HeaderOperations = z.infer<typeof headerOperations>;

export const stringMatch = z.object({ exact: z.string().optional(), prefix: z.string().optional(), regex: z.string().optional() });
export type StringMatch = z.infer<typeof stringMatch>;
