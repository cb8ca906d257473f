import { parseIp } from '@/lib/routing';
import type { RequestHead } from '../message-head';
import type { DownstreamContext } from './downstream-context';
import type { TraceContext } from './exchange-record';
import type { HttpChain } from './http-chain';
import { random, randomHex128, randomHex64, randomUuid } from './random-bits';
import type { RequestPlan } from './request-plan';

/** What the connection manager itself does to a request head before any filter: ids, forwarding headers, client certificate, trace. */
export function prepareRequest(
  chain: HttpChain,
  downstream: DownstreamContext,
  head: RequestHead,
  scheme: string,
  plan: RequestPlan,
): string {
  const isEdge = chain.useRemoteAddress;
  if (isEdge) {
    if (chain.config.skip_xff_append !== true) plan.forwardedFor = downstream.remoteAddress;
    plan.forwardedProto = scheme;
    plan.set('x-envoy-external-address', downstream.remoteAddress);
    for (const name of internalOnly) if (head.get(name) !== undefined) plan.drop.push(name);
  } else if (head.get('x-forwarded-proto') === undefined) plan.forwardedProto = scheme;
  downstream.remoteIp = trustedAddress(chain, downstream, head);
  forwardClientCert(chain, downstream, head, plan);
  let requestId = head.get('x-request-id');
  if (requestId === undefined || (isEdge && !chain.preserveRequestId)) {
    requestId = chain.generateRequestId ? randomUuid() : '';
    if (requestId !== '') plan.requestId = requestId;
  }
  return requestId;
}

/** Headers by which the inside steers the proxy: not taken from outside. */
const internalOnly = [
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-decorator-operation',
];

/** The client's address: what trusted proxies before us say, else the peer. */
function trustedAddress(chain: HttpChain, downstream: DownstreamContext, head: RequestHead): DownstreamContext['remoteIp'] {
  const hops = chain.config.xff_num_trusted_hops ?? 0;
  if (chain.useRemoteAddress && hops === 0) return downstream.sourceIp;
  const forwarded = head.get('x-forwarded-for');
  if (forwarded === undefined) return downstream.sourceIp;
  const addresses = forwarded.split(',').map((one) => one.trim());
  const found = addresses.at(chain.useRemoteAddress ? -hops : -1 - hops);
  return (found === undefined ? null : parseIp(found)) ?? downstream.sourceIp;
}

function forwardClientCert(chain: HttpChain, downstream: DownstreamContext, head: RequestHead, plan: RequestPlan): void {
  const mode = chain.clientCert;
  if (mode === 'ALWAYS_FORWARD_ONLY') return;
  const mutual = downstream.tls !== null && downstream.tls.digest !== '';
  const present = head.get('x-forwarded-client-cert');
  if (!mutual || mode === 'SANITIZE') {
    if (present !== undefined) plan.clientCert = '';
    return;
  }
  if (mode === 'FORWARD_ONLY') return;
  const own = describeClientCert(chain, downstream);
  plan.clientCert = mode === 'APPEND_FORWARD' && present !== undefined && present !== '' ? `${present},${own}` : own;
}

function describeClientCert(chain: HttpChain, downstream: DownstreamContext): string {
  if (downstream.clientCert !== '') return downstream.clientCert;
  const { tls } = downstream;
  if (tls === null) return '';
  const details = chain.config.set_current_client_cert_details;
  const parts: string[] = [];
  if (tls.localUri !== '') parts.push(`By=${tls.localUri}`);
  parts.push(`Hash=${tls.digest}`);
  if (details?.subject?.value === true) parts.push(`Subject="${tls.subject.replaceAll('"', '\\"')}"`);
  if (details?.uri === true) parts.push(tls.uris.length === 0 ? 'URI=' : tls.uris.map((uri) => `URI=${uri}`).join(';'));
  if (details?.dns === true) for (const name of tls.dnsNames) parts.push(`DNS=${name}`);
  downstream.clientCert = parts.join(';');
  return downstream.clientCert;
}

/** Continues or starts a trace, by W3C headers or B3 ones, and puts this hop's span into the headers. */
export function traceRequest(chain: HttpChain, head: RequestHead, plan: RequestPlan): TraceContext | null {
  const { tracing } = chain;
  if (tracing === null) return null;
  const parent = readTraceparent(head.get('traceparent')) ?? readB3(head);
  const traceId = parent?.traceId ?? randomHex128();
  const spanId = randomHex64();
  const sampled = parent?.sampled ?? random() < tracing.share;
  const parentSpanId = parent?.spanId ?? '';
  plan.traceparent = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
  if (head.get('x-b3-traceid') !== undefined || head.get('b3') !== undefined) plan.b3 = { traceId, spanId, parentSpanId, sampled };
  return { traceId, spanId, parentSpanId, sampled, startEpochMs: sampled ? Date.now() : 0 };
}

interface ParentSpan {
  traceId: string;
  spanId: string;
  sampled: boolean | undefined;
}

/** `version-traceid-spanid-flags` of the W3C recommendation. */
function readTraceparent(value: string | undefined): ParentSpan | null {
  if (
    value === undefined ||
    value.length < 55 ||
    value.charCodeAt(2) !== 0x2d ||
    value.charCodeAt(35) !== 0x2d ||
    value.charCodeAt(52) !== 0x2d
  )
    return null;
  const traceId = value.slice(3, 35);
  const spanId = value.slice(36, 52);
  if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId) || /^0+$/.test(traceId) || value.startsWith('ff')) return null;
  return { traceId, spanId, sampled: (Number.parseInt(value.slice(53, 55), 16) & 1) === 1 };
}

function readB3(head: RequestHead): ParentSpan | null {
  const single = head.get('b3');
  if (single !== undefined) {
    const [traceId, spanId, flag] = single.split('-');
    if (traceId !== undefined && spanId !== undefined && isB3Id(traceId, spanId)) {
      return { traceId: traceId.padStart(32, '0'), spanId, sampled: flag === undefined ? undefined : flag === '1' || flag === 'd' };
    }
  }
  const traceId = head.get('x-b3-traceid');
  const spanId = head.get('x-b3-spanid');
  if (traceId === undefined || spanId === undefined || !isB3Id(traceId, spanId)) return null;
  const sampled = head.get('x-b3-sampled');
  return { traceId: traceId.padStart(32, '0'), spanId, sampled: sampled === undefined ? undefined : sampled === '1' || sampled === 'true' };
}

function isB3Id(traceId: string, spanId: string): boolean {
  return /^[0-9a-f]{16}(?:[0-9a-f]{16})?$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId);
}
