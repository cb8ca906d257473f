import { z } from 'zod';

const url = z.url({ protocol: /^https?$/ });
const hostPort = z.string().regex(/^.+:\d+$/, 'must be host:port');
const pid = z.int().positive();

/** `run.json` of a data directory: what runs where (written when all of it answers, removed at exit). */
export const runFile = z.looseObject({
  console: url.optional(),
  kubernetes: url.optional(),
  kubeconfig: z.string().optional(),
  prometheus: url.optional(),
  jaeger: url.optional(),
  otlpHttp: url.optional(),
  xds: hostPort.optional(),
  ingress: z.string().optional(),
  pids: z.record(z.string(), z.union([pid, z.array(pid)])).optional(),
});
export type RunFile = z.infer<typeof runFile>;
