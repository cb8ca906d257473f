import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Headers that belong to a trace or to the user and that an application must pass on, as Bookinfo does. */
const forwarded = [
  'x-request-id',
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'x-ot-span-context',
  'x-cloud-trace-context',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'grpc-trace-bin',
  'sw8',
  'end-user',
  'user-agent',
  'cookie',
  'authorization',
  'jwt',
] as const;

/** The headers of a request that its own calls carry on. */
export function forwardedHeaders(incoming: IncomingHttpHeaders): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  for (const name of forwarded) {
    const value = incoming[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

export interface ServiceReply {
  status: number;
  body: string;
}

/**
 * GET of another service by its name. The default agent is used on purpose: it is the one that honours HTTP_PROXY, which is how
 * a request gets to the sidecar. Resolves to `undefined` when there was no reply within `timeoutMs`.
 */
export function callService(url: string, headers: OutgoingHttpHeaders, timeoutMs: number): Promise<ServiceReply | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(url, { headers }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (body += chunk));
      incoming.on('end', () => {
        clearTimeout(timer);
        resolve({ status: incoming.statusCode ?? 0, body });
      });
      incoming.on('error', giveUp);
    });
    function giveUp(): void {
      clearTimeout(timer);
      outgoing.destroy();
      resolve(undefined);
    }
    const timer = setTimeout(giveUp, timeoutMs);
    outgoing.on('error', giveUp);
    outgoing.end();
  });
}

/** The body of a reply as JSON, or `undefined` when it is none. */
export function parseReply(reply: ServiceReply | undefined): unknown {
  if (reply === undefined) return undefined;
  try {
    return JSON.parse(reply.body);
  } catch {
    return undefined;
  }
}

/** `http://NAME[.DOMAIN]:PORT` of a Bookinfo service; `{SERVICE}_HOSTNAME`, `{SERVICE}_SERVICE_PORT` and SERVICES_DOMAIN as in the original. */
export function serviceUrl(service: string): string {
  const prefix = service.toUpperCase();
  const domain = process.env['SERVICES_DOMAIN'] ? `.${process.env['SERVICES_DOMAIN']}` : '';
  const host = process.env[`${prefix}_HOSTNAME`] ?? service;
  return `http://${host}${domain}:${process.env[`${prefix}_SERVICE_PORT`] ?? '9080'}`;
}
