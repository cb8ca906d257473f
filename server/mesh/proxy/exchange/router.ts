import { eventTime, readClock } from '../io/clock';
import { requestedDelayMs, shouldRetryReset, shouldRetryResponse } from '@/lib/routing';
import type { Decision, ResetReason } from '@/lib/routing';
import { mutateResponse } from '../filters/run-filters';
import type { BodyFraming } from '../http1/write-response';
import { composeHttp2Head } from '../http2/compose-head';
import type { PeerTls } from '../io/connection';
import { flushOutput } from '../io/output';
import type { MessageHead, ResponseHead } from '../message-head';
import type { Cluster } from '../upstream/cluster';
import type { Endpoint, PoolFailure, PoolWaiter } from '../upstream/endpoint';
import { findOriginalDestination, splitAuthority } from '../upstream/original-destination';
import { describeConnectError, describePoolFailure, describeReset } from './describe-failure';
import type { Exchange } from './exchange';
import { httpStatusOf } from './local-reply';
import { hashForBalancer, planCookies, planUpstream } from './plan-upstream';
import { FLAG } from './response-flags';
import { RetryState } from './retry-state';
import { TryTimers } from './try-timers';
import type { TimerOwner } from './try-timers';
import type { SavedHead, UpstreamFailure, UpstreamOwner, UpstreamStream } from './streams';

/** Methods that may be sent twice without harm (RFC 9110 §9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
const OVERLOADED = [['x-envoy-overloaded', 'true']] as const;
const PAUSE_AT_BYTES = 64 * 1024;

/** Forwards a request: chooses an endpoint, tries, times, tries again. One per exchange. */
export class Router implements UpstreamOwner, PoolWaiter, TimerOwner {
  cluster: Cluster | null = null;
  endpoint: Endpoint | null = null;
  readonly timers = new TryTimers(this);
  http2 = false;
  serviceMs = -1;
  failureDetail = '';
  upstreamTls: PeerTls | null = null;
  upstreamLocalAddress = '';
  /** Compose, but do not send before `release`. */
  held = false;
  private readonly exchange: Exchange;
  private upstream: UpstreamStream | null = null;
  private waiting: Endpoint | null = null;
  private responded = false;
  private began = 0;
  private hash: bigint | null = null;
  private readonly tries = new RetryState();
  private downstreamPaused = false;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  /** Number of the try under way. */
  get attempt(): number {
    return this.tries.attempt;
  }

  get savedBytes(): Buffer {
    return this.exchange.saved.bytes;
  }

  get savedLength(): number {
    return this.exchange.saved.length;
  }

  get savedHead(): SavedHead | null {
    return this.exchange.saved.head;
  }

  get requestEnded(): boolean {
    return this.exchange.requestEnded;
  }

  get isHeadRequest(): boolean {
    return this.exchange.view.method === 'HEAD';
  }

  get wantsRawResponse(): boolean {
    return this.exchange.stream?.takesRaw ?? false;
  }

  reset(): void {
    this.cluster = null;
    this.endpoint = null;
    this.http2 = false;
    this.serviceMs = -1;
    this.failureDetail = '';
    this.upstreamTls = null;
    this.upstreamLocalAddress = '';
    this.held = false;
    this.upstream = null;
    this.waiting = null;
    this.responded = false;
    this.hash = null;
    this.tries.reset();
    this.downstreamPaused = false;
  }

  /** Starts forwarding. The head of the request is valid during this call. */
  begin(decision: Decision): void {
    const { exchange } = this;
    const cluster = exchange.context.clusters.get(decision.cluster) ?? null;
    this.cluster = cluster;
    if (cluster === null) {
      if (!this.held) this.noCluster();
      return;
    }
    this.hash = hashForBalancer(exchange, decision);
    this.http2 =
      cluster.settings.protocol === 'http2' || (cluster.settings.protocol === 'downstream' && exchange.stream?.protocol === 'HTTP/2');
    this.endpoint = this.tries.choose(cluster, this.hash, exchange.retry);
    planUpstream(exchange, decision, this.endpoint?.hostname ?? '');
    this.compose();
    exchange.compose(this);
    if (exchange.idle) return;
    this.began = eventTime();
    if (!this.held) this.release();
  }

  private compose(): void {
    const { exchange } = this;
    const head = exchange.head;
    if (head === null) return;
    if (this.http2) exchange.saved.composeHttp2(composeHttp2Head(head, exchange.plan, exchange.view), exchange.plan);
    else exchange.saved.composeHttp1(head, exchange.plan, !exchange.requestEnded);
  }

  /** Sends what was composed. */
  release(): void {
    this.held = false;
    if (this.cluster === null) {
      this.noCluster();
      return;
    }
    if (this.endpoint === null) {
      this.noEndpoint();
      return;
    }
    if (this.exchange.requestEnded) this.timers.startGlobal();
    this.attemptOnce();
  }

  private noCluster(): void {
    const action = this.exchange.decision?.route?.action ?? null;
    this.exchange.answer(action?.clusterNotFoundStatus ?? 503, '', FLAG.noCluster, 'cluster_not_found');
  }

  private noEndpoint(): void {
    const { exchange, cluster } = this;
    if (cluster?.usesOriginalDestination === true) {
      void this.waitForDestination(cluster);
      return;
    }
    exchange.answer(503, 'no healthy upstream', FLAG.noHealthyUpstream, 'no_healthy_upstream');
  }

  /** A cluster without endpoints of its own goes where the client wanted to. */
  private async waitForDestination(cluster: Cluster): Promise<void> {
    const { exchange } = this;
    const { serial, view } = exchange;
    const endpoint = await findOriginalDestination(cluster, view.authority, view.scheme, exchange.context.node);
    if (exchange.serial !== serial || exchange.idle) return;
    readClock();
    this.endpoint = endpoint;
    if (endpoint === null) exchange.answer(503, 'no healthy upstream', FLAG.noHealthyUpstream, 'no_healthy_upstream');
    else this.release();
    flushOutput();
  }

  private attemptOnce(): void {
    const { endpoint, cluster } = this;
    if (endpoint === null || cluster === null) return;
    const attempt = ++this.tries.attempt;
    this.responded = false;
    if (attempt > 1) this.exchange.saved.setAttempt(attempt, this.timers.leftMs());
    this.waiting = endpoint;
    if (
      endpoint.acquire(
        this,
        this.http2,
        cluster.settings.autoSni ? splitAuthority(this.exchange.plan.authority ?? this.exchange.view.authority, '').host : '',
      )
    )
      this.waiting = null;
  }

  onPoolReady(stream: UpstreamStream): void {
    const { endpoint, cluster, exchange } = this;
    this.waiting = null;
    if (endpoint === null || cluster === null) return;
    this.upstream = stream;
    this.upstreamTls = stream.connection.tls;
    this.upstreamLocalAddress =
      exchange.chain.accessLogs.length > 0 ? `${stream.connection.localAddress}:${stream.connection.localPort}` : '';
    endpoint.host.activeRequests++;
    endpoint.requestsTotal++;
    cluster.stats.upstream_rq_total++;
    cluster.load.requests++;
    this.timers.startTry();
    stream.start(this);
    if (this.downstreamPaused) this.holdDownstream(false);
  }

  onPoolFailed(kind: PoolFailure, detail: string): void {
    this.waiting = null;
    const { exchange, endpoint, cluster } = this;
    if (exchange.idle) return;
    if (kind !== 'overflow') {
      this.failureDetail = describeConnectError(detail);
      if (endpoint !== null) {
        endpoint.requestsFailed++;
        cluster?.recordFailure(endpoint, kind === 'timeout' ? 'timeout' : 'connect', eventTime());
      }
      if (this.retryAfterReset('connect-failure', false)) return;
    }
    const reply = describePoolFailure(kind, this.failureDetail, this.tries.attempt);
    exchange.answer(reply.status, reply.body, reply.flag, reply.details, kind === 'overflow' ? OVERLOADED : []);
  }

  onRequestData(bytes: Buffer, start: number, end: number, last: boolean): void {
    const { exchange, upstream } = this;
    exchange.saved.add(bytes, start, end, upstream === null);
    if (last) this.timers.startGlobal();
    if (upstream !== null) {
      upstream.sendData(bytes, start, end, last);
      if (upstream.blocked) this.holdDownstream(true);
      return;
    }
    if (!exchange.saved.complete) {
      exchange.answer(413, 'Payload Too Large', 0, 'request_payload_too_large');
      return;
    }
    if (exchange.saved.length > PAUSE_AT_BYTES && !last) this.holdDownstream(true);
  }

  onRequestTrailers(head: MessageHead): void {
    this.timers.startGlobal();
    this.upstream?.sendTrailers(head);
  }

  private holdDownstream(paused: boolean): void {
    this.downstreamPaused = paused;
    this.exchange.stream?.setReading(!paused);
  }

  /** The client can take more. */
  resumeUpstream(): void {
    this.upstream?.setReading(true);
  }

  onUpstreamDrain(): void {
    if (this.downstreamPaused) this.holdDownstream(false);
  }

  onUpstreamInterim(head: ResponseHead): void {
    this.exchange.sendInterim(head);
  }

  onUpstreamHead(head: ResponseHead, end: boolean, framing: BodyFraming): void {
    const { exchange, cluster, endpoint } = this;
    if (exchange.idle || cluster === null || endpoint === null) return;
    const { status } = head;
    const now = eventTime();
    const grpc = exchange.isGrpc ? head.get('grpc-status') : undefined;
    cluster.recordResponse(endpoint, status, grpc === undefined ? undefined : httpStatusOf(Number(grpc)), now);
    if (status >= 500) endpoint.requestsFailed++;
    const { retry } = exchange;
    if (retry !== null && shouldRetryResponse(retry, status, (name) => head.get(name))) {
      const delay = requestedDelayMs(retry, (name) => head.get(name), Date.now());
      if (this.mayRetry()) {
        cluster.stats.countStatus(status);
        this.dropUpstream(end);
        this.scheduleRetry(delay);
        return;
      }
    }
    this.responded = true;
    if (this.tries.isRetry && status < 500) cluster.stats.upstream_rq_retry_success++;
    cluster.stats.countStatus(status);
    this.serviceMs = Math.max(0, Math.round(now - this.began));
    const plan = exchange.responsePlan;
    planCookies(exchange);
    if (exchange.chain.overwriteServer) plan.server = exchange.chain.serverName;
    if (!exchange.chain.suppressEnvoyHeaders) plan.serviceTimeMs = this.serviceMs;
    const { decision } = exchange;
    if (decision !== null) {
      if (decision.virtualHost?.includeAttemptCountInResponse === true) plan.attempt = this.tries.attempt;
      mutateResponse(decision.responseMutations, exchange, (name) => head.get(name));
    }
    if (exchange.chain.requestIdInResponse && exchange.requestId !== '') plan.set('x-request-id', exchange.requestId);
    exchange.sendHead(head, framing, end);
    this.checkBackPressure();
  }

  onUpstreamData(bytes: Buffer, start: number, end: number, last: boolean): void {
    if (this.exchange.idle) return;
    this.exchange.sendData(bytes, start, end, last);
    if (!last) this.checkBackPressure();
  }

  private checkBackPressure(): void {
    const { stream } = this.exchange;
    if (stream !== null && stream.blocked) this.upstream?.setReading(false);
  }

  onUpstreamTrailers(head: MessageHead): void {
    if (this.exchange.idle) return;
    this.exchange.sendTrailers(head);
  }

  onUpstreamFailed(kind: UpstreamFailure, detail: string): void {
    const { exchange, endpoint, cluster } = this;
    const stale = this.upstream?.reused ?? false;
    this.leaveUpstream();
    if (exchange.idle || cluster === null) return;
    cluster.stats.upstream_rq_rx_reset++;
    if (endpoint !== null) {
      endpoint.requestsFailed++;
      if (!stale) cluster.recordFailure(endpoint, 'reset', eventTime());
    }
    if (this.responded) {
      exchange.flags |= kind === 'connection-termination' ? FLAG.upstreamTermination : FLAG.upstreamReset;
      exchange.details = `upstream_reset_after_response_started{${kind.replaceAll('-', '_')}}`;
      exchange.breakOff();
      return;
    }
    const safe = !this.tries.staleRetried && exchange.saved.complete && idempotent.has(exchange.view.method);
    if (stale && kind === 'connection-termination' && safe) {
      // The server closed an idle connection just when it was used again: nobody has seen the request.
      this.tries.staleRetried = true;
      this.tries.attempt--;
      this.attemptOnce();
      return;
    }
    const reason: ResetReason = kind === 'refused-stream' ? 'refused-stream' : 'reset';
    if (this.retryAfterReset(reason, true)) return;
    this.failureDetail = detail;
    const reply = describeReset(kind, this.tries.attempt);
    exchange.answer(reply.status, reply.body, reply.flag, reply.details);
  }

  onGlobalTimeout(): void {
    if (this.exchange.idle) return;
    if (this.cluster !== null) this.cluster.stats.upstream_rq_timeout++;
    this.timedOut('response_timeout');
    flushOutput();
  }

  onTryTimeout(): void {
    const { exchange, cluster, endpoint, responded } = this;
    if (exchange.idle || cluster === null) return;
    cluster.stats.upstream_rq_per_try_timeout++;
    if (!responded && endpoint !== null) cluster.recordFailure(endpoint, 'timeout', eventTime());
    if (!responded && this.retryAfterReset('per-try-timeout', true)) this.dropUpstream(false);
    else this.timedOut('upstream_per_try_timeout');
    flushOutput();
  }

  onBackOff(): void {
    if (this.exchange.idle) return;
    this.attemptAgain();
    flushOutput();
  }

  private timedOut(details: string): void {
    const { exchange, endpoint, cluster } = this;
    if (details === 'response_timeout' && endpoint !== null && !this.responded) cluster?.recordFailure(endpoint, 'timeout', eventTime());
    if (this.responded) {
      exchange.flags |= FLAG.upstreamTimeout;
      exchange.details = details;
      exchange.breakOff();
    } else exchange.answer(504, 'upstream request timeout', FLAG.upstreamTimeout, details);
  }

  private retryAfterReset(reason: ResetReason, started: boolean): boolean {
    const { retry } = this.exchange;
    if (retry === null || !shouldRetryReset(retry, reason, started) || !this.mayRetry()) return false;
    this.scheduleRetry(null);
    return true;
  }

  /** Another try is allowed and the request is at hand. Sets the flags that say why not. */
  private mayRetry(): boolean {
    const { exchange, cluster } = this;
    if (cluster === null || !exchange.saved.complete) return false;
    const refusal = this.tries.refusal(cluster, exchange.retry);
    exchange.flags |= refusal;
    return refusal === 0;
  }

  private scheduleRetry(delayMs: number | null): void {
    const { exchange, cluster } = this;
    if (exchange.retry === null || cluster === null) return;
    const backOff = this.tries.begin(cluster, this.endpoint, exchange.retry);
    this.timers.backOff(delayMs ?? backOff);
  }

  private attemptAgain(): void {
    const { exchange, cluster } = this;
    if (cluster === null || exchange.decision === null) return;
    if (!cluster.usesOriginalDestination) this.endpoint = this.tries.choose(cluster, this.hash, exchange.retry);
    if (this.endpoint === null) this.noEndpoint();
    else this.attemptOnce();
  }

  /** Lets go of the current try. `complete`: its response is over, the connection may live on. */
  private dropUpstream(complete: boolean): void {
    const { upstream } = this;
    this.leaveUpstream();
    if (!complete) upstream?.cancel();
  }

  private leaveUpstream(): void {
    const { upstream, endpoint, cluster } = this;
    this.upstream = null;
    this.timers.endTry();
    if (upstream === null || endpoint === null || cluster === null) return;
    endpoint.host.activeRequests--;
    cluster.load.requests--;
  }

  /** The exchange is answered otherwise or given up. */
  abandon(): void {
    if (this.waiting !== null) {
      this.waiting.cancelWait(this);
      this.waiting = null;
    }
    const { upstream, cluster } = this;
    if (upstream !== null) {
      if (cluster !== null) cluster.stats.upstream_rq_tx_reset++;
      this.dropUpstream(false);
    }
    this.over();
  }

  /** The response is complete. */
  done(): void {
    const { upstream } = this;
    this.leaveUpstream();
    // An answer that came before the end of the request: the rest will not be sent.
    if (upstream !== null && !this.exchange.requestEnded && !upstream.http2) upstream.cancel();
    this.over();
  }

  private over(): void {
    this.timers.end();
    this.tries.end();
  }
}
