import { z } from 'zod';
import { duration } from '../shared/duration';
import { policyTargetReference, workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a Telemetry (telemetry.istio.io). */
export const telemetrySpec = z.object({
  accessLogging: z
    .array(
      z.object({
        disabled: z.boolean().optional(),
        filter: z.object({ expression: z.string().optional() }).optional(),
        match: z.object({ mode: z.enum(['CLIENT_AND_SERVER', 'CLIENT', 'SERVER']).optional() }).optional(),
        providers: z.array(z.object({ name: z.string() })).optional(),
      }),
    )
    .optional(),
  metrics: z
    .array(
      z.object({
        overrides: z
          .array(
            z.object({
              disabled: z.boolean().optional(),
              match: z
                .object({
                  customMetric: z.string().optional(),
                  metric: z
                    .enum([
                      'ALL_METRICS',
                      'REQUEST_COUNT',
                      'REQUEST_DURATION',
                      'REQUEST_SIZE',
                      'RESPONSE_SIZE',
                      'TCP_OPENED_CONNECTIONS',
                      'TCP_CLOSED_CONNECTIONS',
                      'TCP_SENT_BYTES',
                      'TCP_RECEIVED_BYTES',
                      'GRPC_REQUEST_MESSAGES',
                      'GRPC_RESPONSE_MESSAGES',
                    ])
                    .optional(),
                  mode: z.enum(['CLIENT_AND_SERVER', 'CLIENT', 'SERVER']).optional(),
                })
                .optional(),
              tagOverrides: z
                .record(z.string(), z.object({ operation: z.enum(['UPSERT', 'REMOVE']).optional(), value: z.string().optional() }))
                .optional(),
            }),
          )
          .optional(),
        providers: z.array(z.object({ name: z.string() })).optional(),
        reportingInterval: duration.optional(),
      }),
    )
    .optional(),
  selector: workloadSelector.optional(),
  targetRef: policyTargetReference.optional(),
  targetRefs: z.array(policyTargetReference).optional(),
  tracing: z
    .array(
      z.object({
        customTags: z
          .record(
            z.string(),
            z.object({
              environment: z.object({ defaultValue: z.string().optional(), name: z.string() }).optional(),
              formatter: z.object({ value: z.string() }).optional(),
              header: z.object({ defaultValue: z.string().optional(), name: z.string() }).optional(),
              literal: z.object({ value: z.string() }).optional(),
            }),
          )
          .optional(),
        disableContextPropagation: z.boolean().optional(),
        disableSpanReporting: z.boolean().optional(),
        enableIstioTags: z.boolean().optional(),
        match: z.object({ mode: z.enum(['CLIENT_AND_SERVER', 'CLIENT', 'SERVER']).optional() }).optional(),
        providers: z.array(z.object({ name: z.string() })).optional(),
        randomSamplingPercentage: z.number().optional(),
        useRequestIdForTraceSampling: z.boolean().optional(),
      }),
    )
    .optional(),
});

export type TelemetrySpec = z.infer<typeof telemetrySpec>;
export type Telemetry = KubernetesObject<TelemetrySpec>;
