import type { Decision, Mirror } from '@/lib/routing';
import { drawFraction, shadowHost } from '@/lib/routing';
import { composeHttp2Head } from '../http2/compose-head';
import type { Endpoint, PoolWaiter } from '../upstream/endpoint';
import type { Exchange } from './exchange';
import { splitAuthority } from '../upstream/original-destination';
import { random } from './random-bits';
import type { RouteView } from './route-view';
import { SavedRequest } from './saved-request';
import type { SavedHead, UpstreamOwner, UpstreamStream } from './streams';

/** A copy of a request that is sent elsewhere; its answer is thrown away. */
export class MirrorRequest implements UpstreamOwner, PoolWaiter {
  readonly isHeadRequest: boolean;
  readonly wantsRawResponse = true;
  requestEnded: boolean;
  private readonly saved: SavedRequest;
  private readonly endpoint: Endpoint;
  private upstream: UpstreamStream | null = null;
  private over = false;

  constructor(endpoint: Endpoint, saved: SavedRequest, isHeadRequest: boolean, ended: boolean) {
    this.endpoint = endpoint;
    this.saved = saved;
    this.isHeadRequest = isHeadRequest;
    this.requestEnded = ended;
  }

  get savedBytes(): Buffer {
    return this.saved.bytes;
  }

  get savedLength(): number {
    return this.saved.length;
  }

  get savedHead(): SavedHead | null {
    return this.saved.head;
  }

  send(authority: string): void {
    this.endpoint.acquire(this, this.saved.head !== null, this.endpoint.cluster.settings.autoSni ? splitAuthority(authority, '').host : '');
  }

  addBody(bytes: Buffer, start: number, end: number, last: boolean): void {
    if (this.over) return;
    if (last) this.requestEnded = true;
    if (this.upstream !== null) {
      this.upstream.sendData(bytes, start, end, last);
      return;
    }
    this.saved.add(bytes, start, end, true);
    if (!this.saved.complete) this.over = true;
  }

  onPoolReady(stream: UpstreamStream): void {
    const { stats } = this.endpoint.cluster;
    if (this.over) {
      stream.cancel();
      return;
    }
    this.upstream = stream;
    this.endpoint.host.activeRequests++;
    this.endpoint.requestsTotal++;
    stats.upstream_rq_total++;
    this.endpoint.cluster.load.requests++;
    stream.start(this);
  }

  onPoolFailed(): void {
    this.over = true;
  }

  onUpstreamInterim(): void {}

  onUpstreamHead(head: { readonly status: number }, end: boolean): void {
    this.endpoint.cluster.stats.countStatus(head.status);
    if (end) this.finish();
  }

  onUpstreamData(_bytes: Buffer, _start: number, _end: number, last: boolean): void {
    if (last) this.finish();
  }

  onUpstreamTrailers(): void {
    this.finish();
  }

  onUpstreamFailed(): void {
    this.finish();
  }

  onUpstreamDrain(): void {}

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.upstream = null;
    this.endpoint.host.activeRequests--;
    this.endpoint.cluster.load.requests--;
  }
}

/** Starts the copies that a decision asks for. The head of the request is valid during this call. */
export function startMirrors(exchange: Exchange, decision: Decision, view: RouteView, ended: boolean): MirrorRequest[] {
  const started: MirrorRequest[] = [];
  for (const policy of decision.route?.action?.mirrors ?? []) {
    const mirror = startMirror(exchange, policy, view, ended);
    if (mirror !== null) started.push(mirror);
  }
  return started;
}

function startMirror(exchange: Exchange, policy: Mirror, view: RouteView, ended: boolean): MirrorRequest | null {
  const { head, plan } = exchange;
  if (head === null || !drawFraction(policy.fraction, random)) return null;
  const name = policy.clusterHeader === null ? policy.cluster : (view.header(policy.clusterHeader) ?? '');
  const cluster = exchange.context.clusters.get(name);
  const endpoint = cluster?.choose(null, [], 1) ?? null;
  if (cluster === undefined || endpoint === null) return null;
  const { authority, traceparent, forwardedFor } = plan;
  const host = authority ?? view.authority;
  plan.authority = policy.suffixHost ? shadowHost(host) : host;
  // Copies come from the proxy itself, and say so.
  plan.forwardedFor = forwardedFor === null ? exchange.context.node.podIp : `${forwardedFor},${exchange.context.node.podIp}`;
  if (traceparent !== null && policy.traceSampled !== true) plan.traceparent = `${traceparent.slice(0, -2)}00`;
  const saved = new SavedRequest();
  // The copy's body comes in the framing of the original, so both speak the same version.
  if (exchange.router.http2) saved.composeHttp2(composeHttp2Head(head, plan, view), plan);
  else saved.composeHttp1(head, plan, !ended);
  plan.authority = authority;
  plan.traceparent = traceparent;
  plan.forwardedFor = forwardedFor;
  const mirror = new MirrorRequest(endpoint, saved, view.method === 'HEAD', ended);
  mirror.send(view.authority);
  return mirror;
}
