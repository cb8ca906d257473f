import { eventTime } from '../io/clock';
import type { Decision } from '@/lib/routing';
import { buildLocation, decide, isGrpc, normalizePath, resolveTimeouts, retryPolicyFor } from '@/lib/routing';
import { CRLF, LAST_CHUNK, writeChunkSize } from '../http1/write-chunk';
import type { BodyFraming } from '../http1/write-response';
import { mutateResponse, runFilters } from '../filters/run-filters';
import type { AfterHold, FilterTarget } from '../filters/run-filters';
import { Deadline } from '../io/deadline';
import type { DeadlineOwner } from '../io/deadline';
import { flushOutput } from '../io/output';
import type { MessageHead, RequestHead, ResponseHead } from '../message-head';
import type { DownstreamContext } from './downstream-context';
import { ExchangeState } from './exchange-state';
import { GrpcMessages } from './grpc-messages';
import type { MessageCounter } from './grpc-messages';
import type { HttpChain } from './http-chain';
import { sendGrpcReply, sendLocalReply, sendPlainReply } from './local-reply';
import type { LocalHeaders } from './local-reply';
import { startMirrors } from './mirror';
import { prepareRequest, traceRequest } from './prepare-request';
import { random } from './random-bits';
import { FLAG } from './response-flags';
import { Router } from './router';
import type { DownstreamOwner, DownstreamStream } from './streams';

const HOLD = 0;
const STREAM_IDLE = 1;
const EMPTY = Buffer.alloc(0);

const chunkHead = Buffer.alloc(16);

const noHeader = (): undefined => undefined;

/**
 * One request and its response. Created once per HTTP/1 connection or HTTP/2 stream and used again, with all fields set from the start.
 * Order of events: head → connection manager → filters → router (tries) → response. Whatever ends it, `finish` runs exactly once.
 */
export class Exchange extends ExchangeState implements DownstreamOwner, FilterTarget, DeadlineOwner {
  readonly router: Router;
  private readonly holdDeadline = new Deadline(this, HOLD);
  private readonly idleDeadline = new Deadline(this, STREAM_IDLE);

  constructor(chain: HttpChain, downstream: DownstreamContext) {
    super(chain, downstream);
    this.router = new Router(this);
  }

  /** Bodies go up as framed when both sides speak HTTP/1. */
  get wantsRawRequest(): boolean {
    return this.stream === null || (this.stream.protocol !== 'HTTP/2' && !this.router.http2);
  }

  onRequest(stream: DownstreamStream, head: RequestHead, end: boolean): void {
    this.reset(stream, end);
    this.head = head;
    this.admit(head);
    this.head = null;
    this.view.forgetHead();
  }

  private admit(head: RequestHead): void {
    const { chain, view, plan, downstream } = this;
    const scheme =
      downstream.tls !== null && chain.direction === 'outbound'
        ? 'https'
        : ((chain.useRemoteAddress ? undefined : head.get('x-forwarded-proto')) ?? 'http');
    view.load(head, scheme);
    if (downstream.tls !== null) view.tls = { presented: downstream.tls.digest !== '', validated: downstream.peerNames !== null };
    this.requestId = prepareRequest(chain, downstream, head, scheme, plan);
    this.isGrpc = isGrpc(view);
    if (this.isGrpc && this.protocol === 'HTTP/2') this.grpcMessages = new GrpcMessages(this.startedAt);
    this.trace = traceRequest(chain, head, plan);
    if (chain.accessLogs.length > 0 || this.trace?.sampled === true) {
      this.userAgent = head.get('user-agent') ?? '';
      this.forwardedFor = plan.forwardedFor ?? head.get('x-forwarded-for') ?? '';
    }
    if (chain.normalizePath && view.path !== '' && view.path !== '*') {
      const normal = normalizePath(view.path, chain.mergeSlashes);
      if (normal === null) {
        this.answer(400, '', FLAG.downstreamProtocolError, 'path_normalization_failed');
        return;
      }
      if (normal !== view.path) {
        view.path = normal;
        plan.path = normal;
      }
    }
    if (!this.upgradeAllowed(head)) {
      this.answer(403, '', 0, 'upgrade_failed');
      return;
    }
    this.route();
  }

  private upgradeAllowed(head: RequestHead): boolean {
    if (head.version !== 1 || !(head as RequestHead & { upgrade?: boolean }).upgrade) return true;
    const wanted = (head.get('upgrade') ?? '').toLowerCase();
    if (wanted === 'h2c') return true;
    this.plan.upgrade = this.chain.upgrades.has(wanted);
    return this.plan.upgrade;
  }

  private route(): void {
    const table = this.chain.routes.table;
    if (table === null) {
      this.answer(404, '', FLAG.noRoute, 'route_configuration_not_found');
      return;
    }
    const decision = decide(table, this.view, random);
    this.decision = decision;
    if (this.chain.filters.length > 0 && !runFilters(this.chain.filters, this, decision)) return;
    this.act();
  }

  redecide(): Decision {
    const table = this.chain.routes.table;
    if (table !== null) this.decision = decide(table, this.view, random);
    return this.decision as Decision;
  }

  /** Carries out the decision once the filters have let the request through. */
  private act(): void {
    const { decision, view } = this;
    if (decision === null) return;
    switch (decision.kind) {
      case 'forward':
        this.forward(decision);
        return;
      case 'redirect':
        if (decision.redirect === null) return;
        this.answerRouted(decision.redirect.status, '', 'direct_response', [['location', buildLocation(decision.redirect, view)]]);
        return;
      case 'direct_response': {
        const reply = decision.directResponse;
        const body = typeof reply?.body === 'string' ? reply.body : Buffer.from(reply?.body ?? []).toString('latin1');
        const status = reply?.status ?? 500;
        // What was created, or has moved, is where it was asked for.
        const located = status === 201 || (status >= 300 && status < 400);
        this.answerRouted(status, body, 'direct_response', located ? [['location', `${view.scheme}://${view.authority}${view.path}`]] : []);
        return;
      }
      case 'non_forwarding':
        this.answer(500, '', 0, 'non_forwarding_action');
        return;
      default:
        this.answer(404, '', FLAG.noRoute, 'route_not_found');
    }
  }

  private forward(decision: Decision): void {
    const action = decision.route?.action ?? null;
    this.retry = retryPolicyFor(action?.retry ?? null, this.view);
    if (action !== null) {
      const timeouts = resolveTimeouts(action, this.retry, this.view);
      this.router.timers.globalMs = timeouts.globalMs;
      this.router.timers.perTryMs = timeouts.perTryMs;
      const source = decision.route?.source.route;
      // Where `max_stream_duration` holds gRPC calls to their own timeout, the route's is what the server is told.
      const allowedMs = this.isGrpc && source?.max_stream_duration !== undefined ? action.timeoutMs : timeouts.globalMs;
      const expectedMs = timeouts.perTryMs > 0 ? timeouts.perTryMs : allowedMs;
      if (expectedMs > 0 && !this.chain.suppressEnvoyHeaders) this.plan.expectedTimeoutMs = expectedMs;
      // `max_grpc_timeout` tells the server what is left for it; its successor in `max_stream_duration` does not.
      if (this.isGrpc && expectedMs > 0 && source?.max_grpc_timeout !== undefined && source.max_stream_duration === undefined)
        this.plan.set('grpc-timeout', expectedMs < 1e8 ? `${expectedMs}m` : `${Math.ceil(expectedMs / 1000)}S`);
      this.streamIdleMs = action.idleTimeoutMs ?? this.chain.streamIdleTimeoutMs;
    } else this.streamIdleMs = this.chain.streamIdleTimeoutMs;
    // Left armed from request to request: when it comes it looks at the last activity.
    if (this.streamIdleMs > 0 && this.idleDeadline.wheel === null) this.idleDeadline.setIn(this.streamIdleMs);
    if (decision.virtualHost?.includeAttemptCount === true) this.plan.attempt = 1;
    this.router.begin(decision);
  }

  /** The router has chosen a cluster and its protocol: put the head together. */
  compose(head: { readonly http2: boolean }): void {
    const { stream, view } = this;
    if (stream === null) return;
    this.encodesChunks = !head.http2 && stream.protocol === 'HTTP/2' && !this.requestEnded && view.header('content-length') === undefined;
    // What cannot be sent is not copied either.
    const reachable = this.endpoint !== null || this.cluster?.usesOriginalDestination === true;
    if (reachable && this.decision !== null && (this.decision.route?.action?.mirrors.length ?? 0) > 0)
      this.mirrors = startMirrors(this, this.decision, view, this.requestEnded);
  }

  hold(delayMs: number, next: AfterHold): void {
    this.flags |= FLAG.delayInjected;
    this.context.activeFaults++;
    this.held = next;
    // The bytes of the head are gone when the delay is over: compose now, send then.
    if (next === 'forward' && this.decision?.kind === 'forward') {
      this.router.held = true;
      this.forward(this.decision);
    }
    if (this.idle) return;
    const now = eventTime();
    this.holdDeadline.set(now + delayMs, now);
  }

  onDeadline(deadline: Deadline, now: number): void {
    if (this.idle) return;
    if (deadline.kind === HOLD) {
      const held = this.held;
      this.held = null;
      this.context.activeFaults--;
      if (held === null) return;
      if (held === 'forward') {
        if (this.decision?.kind === 'forward') this.router.release();
        else this.act();
      } else if ('preflight' in held) this.answerPreflight(held.preflight);
      else if ('httpStatus' in held) this.answer(held.httpStatus, 'fault filter abort', FLAG.faultInjected, 'fault_filter_abort');
      else this.answerGrpc(held.grpcStatus, FLAG.faultInjected, 'fault_filter_abort');
    } else if (this.streamIdleMs === 0) return;
    else if (now - this.lastActivity < this.streamIdleMs) {
      this.idleDeadline.set(this.lastActivity + this.streamIdleMs, now);
      return;
    } else if (this.responseStarted) {
      this.flags |= FLAG.streamIdleTimeout;
      this.details = 'stream_idle_timeout';
      this.breakOff();
    } else this.answer(this.requestEnded ? 504 : 408, 'stream timeout', FLAG.streamIdleTimeout, 'stream_idle_timeout');
    flushOutput();
  }

  onRequestData(bytes: Buffer, start: number, end: number, last: boolean): void {
    this.bytesReceived += end - start;
    if (this.streamIdleMs > 0) this.lastActivity = eventTime();
    if (this.grpcMessages !== null) this.countMessages(this.grpcMessages, this.grpcMessages.requests, bytes, start, end);
    if (last) this.requestEnded = true;
    if (this.encodesChunks) {
      if (end > start) {
        const size = writeChunkSize(chunkHead, 0, end - start);
        this.pass(chunkHead, 0, size, false);
        this.pass(bytes, start, end, false);
        this.pass(CRLF, 0, 2, false);
      }
      if (last) this.pass(LAST_CHUNK, 0, LAST_CHUNK.length, true);
    } else this.pass(bytes, start, end, last);
  }

  private countMessages(messages: GrpcMessages, direction: MessageCounter, bytes: Buffer, start: number, end: number): void {
    direction.count(bytes, start, end);
    // A stream may stay open for days. Before there is a connection nobody knows yet whose messages they are.
    if (this.responseStarted && messages.isDue(eventTime())) this.context.metrics.recordMessages(this);
  }

  private pass(bytes: Buffer, start: number, end: number, last: boolean): void {
    for (const mirror of this.mirrors) mirror.addBody(bytes, start, end, last);
    this.router.onRequestData(bytes, start, end, last);
  }

  onRequestTrailers(head: MessageHead): void {
    this.requestEnded = true;
    if (this.router.http2) this.router.onRequestTrailers(head);
    else if (this.encodesChunks) this.pass(LAST_CHUNK, 0, LAST_CHUNK.length, true);
    else this.pass(EMPTY, 0, 0, true);
  }

  onDownstreamDrain(): void {
    this.router.resumeUpstream();
  }

  onDownstreamGone(reason: string): void {
    if (this.idle) return;
    this.flags |= FLAG.downstreamTermination;
    if (this.details === '') this.details = reason === '' || /closed|reset by/.test(reason) ? 'downstream_remote_disconnect' : reason;
    this.router.abandon();
    if (!this.responseStarted) this.status = 0;
    this.finish();
  }

  /** The head of the response goes down. `head` is valid during this call only. */
  sendHead(head: ResponseHead, framing: BodyFraming, end: boolean): void {
    const { stream } = this;
    if (stream === null) return;
    this.responseStarted = true;
    this.status = head.status;
    if (this.details === '') this.details = 'via_upstream';
    if (this.isGrpc) {
      const grpc = head.get('grpc-status');
      if (grpc !== undefined) this.grpcStatus = Number(grpc);
    }
    const effective: BodyFraming = framing === 'chunked' && stream.protocol === 'HTTP/1.0' ? 'until-close' : framing;
    stream.sendHead(head, this.responsePlan, effective, end);
    if (end) this.complete();
  }

  sendData(bytes: Buffer, start: number, end: number, last: boolean): void {
    const { stream } = this;
    if (stream === null) return;
    this.bytesSent += end - start;
    if (this.streamIdleMs > 0) this.lastActivity = eventTime();
    if (this.grpcMessages !== null) this.countMessages(this.grpcMessages, this.grpcMessages.responses, bytes, start, end);
    stream.sendData(bytes, start, end, last);
    if (last) this.complete();
  }

  sendTrailers(head: MessageHead): void {
    const { stream } = this;
    if (stream === null) return;
    const grpc = head.get('grpc-status');
    if (grpc !== undefined) this.grpcStatus = Number(grpc);
    stream.sendTrailers(head);
    this.complete();
  }

  sendInterim(head: ResponseHead): void {
    this.stream?.sendInterim(head);
  }

  /** What a redirect or direct response says. */
  private answerRouted(status: number, body: string, details: string, headers: LocalHeaders): void {
    if (!this.startAnswer(0, details)) return;
    if (this.decision !== null) mutateResponse(this.decision.responseMutations, this, noHeader);
    sendLocalReply(this, status, body, headers);
    this.complete();
  }

  /** An answer in place of the upstream's, by a filter or the router: the changes to response headers of a forwarding route apply. */
  answer(status: number, body: string, flags: number, details: string, headers: LocalHeaders = []): void {
    if (!this.startAnswer(flags, details)) return;
    if (this.decision?.kind === 'forward') mutateResponse(this.decision.responseMutations, this, noHeader);
    sendLocalReply(this, status, body, headers);
    this.complete();
  }

  /** The answer to a CORS preflight: what the filter says and nothing else. */
  answerPreflight(headers: LocalHeaders): void {
    if (!this.startAnswer(0, 'cors_response')) return;
    sendPlainReply(this, 200, '', headers);
    this.complete();
  }

  answerGrpc(grpcStatus: number, flags: number, details: string): void {
    if (!this.isGrpc) {
      // Whoever does not speak gRPC is told in plain HTTP, with a status that says nothing.
      this.answer(200, 'fault filter abort', flags, details);
      return;
    }
    if (!this.startAnswer(flags, details)) return;
    if (this.decision?.kind === 'forward') mutateResponse(this.decision.responseMutations, this, noHeader);
    sendGrpcReply(this, grpcStatus, 'fault filter abort', []);
    this.complete();
  }

  /** Ends what the router does. False when a response is under way already: it is cut off instead. */
  private startAnswer(flags: number, details: string): boolean {
    if (this.stream === null) return false;
    this.flags |= flags;
    this.details = details;
    if (this.responseStarted) {
      this.breakOff();
      return false;
    }
    this.router.abandon();
    this.responseStarted = true;
    // Logs and metrics name the cluster the request was for, also where it did not get that far.
    if (this.router.cluster === null && this.decision?.kind === 'forward')
      this.router.cluster = this.context.clusters.get(this.decision.cluster) ?? null;
    return true;
  }

  /** The response cannot be completed: the client sees it cut off. */
  breakOff(): void {
    const { stream } = this;
    this.router.abandon();
    this.finish();
    stream?.abort();
  }

  dispose(): void {
    if (this.idleDeadline.wheel !== null) this.idleDeadline.clear();
    this.router.timers.dispose();
  }

  /** The response is complete. */
  private complete(): void {
    const { stream } = this;
    this.router.done();
    this.finish();
    stream?.finish();
  }

  private finish(): void {
    if (this.stream === null) return;
    this.durationMs = eventTime() - this.startedAt;
    this.stream = null;
    if (this.holdDeadline.wheel !== null) {
      this.holdDeadline.clear();
      this.context.activeFaults--;
    }
    const { context, chain, trace } = this;
    context.metrics.recordRequest(this);
    if (trace !== null && trace.sampled) context.spans.record(this, trace);
    for (const log of chain.accessLogs) log.write(this);
    this.router.cluster = null;
    this.router.endpoint = null;
  }
}
