import { z } from 'zod';

/** Blocks shared by the routes of the Gateway API. */
export const parentReference = z.object({
  group: z.string().optional(),
  kind: z.string().optional(),
  name: z.string(),
  namespace: z.string().optional(),
  port: z.int().optional(),
  sectionName: z.string().optional(),
});
export type ParentReference = z.infer<typeof parentReference>;

export const httpRouteFilter = z.object({
  cors: z
    .object({
      allowCredentials: z.boolean().optional(),
      allowHeaders: z.array(z.string()).optional(),
      allowMethods: z.array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'])).optional(),
      allowOrigins: z.array(z.string()).optional(),
      exposeHeaders: z.array(z.string()).optional(),
      maxAge: z.int().optional(),
    })
    .optional(),
  extensionRef: z.object({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
  externalAuth: z
    .object({
      backendRef: z.object({
        group: z.string().optional(),
        kind: z.string().optional(),
        name: z.string(),
        namespace: z.string().optional(),
        port: z.int().optional(),
      }),
      forwardBody: z.object({ maxSize: z.int().optional() }).optional(),
      grpc: z.object({ allowedHeaders: z.array(z.string()).optional() }).optional(),
      http: z
        .object({
          allowedHeaders: z.array(z.string()).optional(),
          allowedResponseHeaders: z.array(z.string()).optional(),
          path: z.string().optional(),
        })
        .optional(),
      protocol: z.enum(['HTTP', 'GRPC']),
    })
    .optional(),
  requestHeaderModifier: z
    .object({
      add: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
      remove: z.array(z.string()).optional(),
      set: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  requestMirror: z
    .object({
      backendRef: z.object({
        group: z.string().optional(),
        kind: z.string().optional(),
        name: z.string(),
        namespace: z.string().optional(),
        port: z.int().optional(),
      }),
      fraction: z.object({ denominator: z.int().optional(), numerator: z.int() }).optional(),
      percent: z.int().optional(),
    })
    .optional(),
  requestRedirect: z
    .object({
      hostname: z.string().optional(),
      path: z
        .object({
          replaceFullPath: z.string().optional(),
          replacePrefixMatch: z.string().optional(),
          type: z.enum(['ReplaceFullPath', 'ReplacePrefixMatch']),
        })
        .optional(),
      port: z.int().optional(),
      scheme: z.enum(['http', 'https']).optional(),
      statusCode: z.int().optional(),
    })
    .optional(),
  responseHeaderModifier: z
    .object({
      add: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
      remove: z.array(z.string()).optional(),
      set: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  type: z.enum([
    'RequestHeaderModifier',
    'ResponseHeaderModifier',
    'RequestMirror',
    'RequestRedirect',
    'URLRewrite',
    'ExtensionRef',
    'CORS',
    'ExternalAuth',
  ]),
  urlRewrite: z
    .object({
      hostname: z.string().optional(),
      path: z
        .object({
          replaceFullPath: z.string().optional(),
          replacePrefixMatch: z.string().optional(),
          type: z.enum(['ReplaceFullPath', 'ReplacePrefixMatch']),
        })
        .optional(),
    })
    .optional(),
});
export type HttpRouteFilter = z.infer<typeof httpRouteFilter>;

export const grpcRouteFilter = z.object({
  extensionRef: z.object({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
  requestHeaderModifier: z
    .object({
      add: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
      remove: z.array(z.string()).optional(),
      set: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  requestMirror: z
    .object({
      backendRef: z.object({
        group: z.string().optional(),
        kind: z.string().optional(),
        name: z.string(),
        namespace: z.string().optional(),
        port: z.int().optional(),
      }),
      fraction: z.object({ denominator: z.int().optional(), numerator: z.int() }).optional(),
      percent: z.int().optional(),
    })
    .optional(),
  responseHeaderModifier: z
    .object({
      add: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
      remove: z.array(z.string()).optional(),
      set: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
  type: z.enum(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'ExtensionRef']),
});
export type GrpcRouteFilter = z.infer<typeof grpcRouteFilter>;
