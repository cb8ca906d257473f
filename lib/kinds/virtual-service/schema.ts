import { z } from 'zod';
import { duration } from '../shared/duration';
import { destination, headerOperations, stringMatch } from '../shared/route-parts';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a VirtualService (networking.istio.io). */
export const virtualServiceSpec = z.object({
  exportTo: z.array(z.string()).optional(),
  gateways: z.array(z.string()).optional(),
  hosts: z.array(z.string()).optional(),
  http: z
    .array(
      z.object({
        corsPolicy: z
          .object({
            allowCredentials: z.boolean().optional(),
            allowHeaders: z.array(z.string()).optional(),
            allowMethods: z.array(z.string()).optional(),
            allowOrigin: z.array(z.string()).optional(),
            allowOrigins: z.array(stringMatch).optional(),
            exposeHeaders: z.array(z.string()).optional(),
            maxAge: duration.optional(),
            unmatchedPreflights: z.enum(['UNSPECIFIED', 'FORWARD', 'IGNORE']).optional(),
          })
          .optional(),
        delegate: z.object({ name: z.string().optional(), namespace: z.string().optional() }).optional(),
        directResponse: z
          .object({ body: z.object({ bytes: z.string().optional(), string: z.string().optional() }).optional(), status: z.int() })
          .optional(),
        fault: z
          .object({
            abort: z
              .object({
                grpcStatus: z.string().optional(),
                http2Error: z.string().optional(),
                httpStatus: z.int().optional(),
                percentage: z.object({ value: z.number().optional() }).optional(),
              })
              .optional(),
            delay: z
              .object({
                exponentialDelay: duration.optional(),
                fixedDelay: duration.optional(),
                percent: z.int().optional(),
                percentage: z.object({ value: z.number().optional() }).optional(),
              })
              .optional(),
          })
          .optional(),
        headers: headerOperations.optional(),
        match: z
          .array(
            z.object({
              authority: stringMatch.optional(),
              gateways: z.array(z.string()).optional(),
              headers: z.record(z.string(), stringMatch).optional(),
              ignoreUriCase: z.boolean().optional(),
              method: stringMatch.optional(),
              name: z.string().optional(),
              port: z.int().optional(),
              queryParams: z.record(z.string(), stringMatch).optional(),
              scheme: stringMatch.optional(),
              sourceLabels: z.record(z.string(), z.string()).optional(),
              sourceNamespace: z.string().optional(),
              statPrefix: z.string().optional(),
              uri: stringMatch.optional(),
              withoutHeaders: z.record(z.string(), stringMatch).optional(),
            }),
          )
          .optional(),
        mirror: destination.optional(),
        mirror_percent: z.int().optional(),
        mirrorPercent: z.int().optional(),
        mirrorPercentage: z.object({ value: z.number().optional() }).optional(),
        mirrors: z
          .array(z.object({ destination: destination, percentage: z.object({ value: z.number().optional() }).optional() }))
          .optional(),
        name: z.string().optional(),
        redirect: z
          .object({
            authority: z.string().optional(),
            derivePort: z.enum(['FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT']).optional(),
            port: z.int().optional(),
            prefixRewrite: z.string().optional(),
            redirectCode: z.int().optional(),
            scheme: z.string().optional(),
            uri: z.string().optional(),
          })
          .optional(),
        retries: z
          .object({
            attempts: z.int().optional(),
            backoff: duration.optional(),
            perTryTimeout: duration.optional(),
            retryIgnorePreviousHosts: z.boolean().optional(),
            retryOn: z.string().optional(),
            retryRemoteLocalities: z.boolean().optional(),
          })
          .optional(),
        rewrite: z
          .object({
            authority: z.string().optional(),
            uri: z.string().optional(),
            uriRegexRewrite: z.object({ match: z.string().optional(), rewrite: z.string().optional() }).optional(),
          })
          .optional(),
        route: z.array(z.object({ destination: destination, headers: headerOperations.optional(), weight: z.int().optional() })).optional(),
        timeout: duration.optional(),
      }),
    )
    .optional(),
  tcp: z
    .array(
      z.object({
        match: z
          .array(
            z.object({
              destinationSubnets: z.array(z.string()).optional(),
              gateways: z.array(z.string()).optional(),
              port: z.int().optional(),
              sourceLabels: z.record(z.string(), z.string()).optional(),
              sourceNamespace: z.string().optional(),
              sourceSubnet: z.string().optional(),
            }),
          )
          .optional(),
        route: z.array(z.object({ destination: destination, weight: z.int().optional() })).optional(),
      }),
    )
    .optional(),
  tls: z
    .array(
      z.object({
        match: z.array(
          z.object({
            destinationSubnets: z.array(z.string()).optional(),
            gateways: z.array(z.string()).optional(),
            port: z.int().optional(),
            sniHosts: z.array(z.string()),
            sourceLabels: z.record(z.string(), z.string()).optional(),
            sourceNamespace: z.string().optional(),
          }),
        ),
        route: z.array(z.object({ destination: destination, weight: z.int().optional() })).optional(),
      }),
    )
    .optional(),
});

export type VirtualServiceSpec = z.infer<typeof virtualServiceSpec>;
export type VirtualService = KubernetesObject<VirtualServiceSpec>;
