import { eventTime } from '../io/clock';
import type { CompiledRetryPolicy, Decision } from '@/lib/routing';
import type { AfterHold } from '../filters/run-filters';
import type { PeerTls } from '../io/connection';
import type { RequestHead } from '../message-head';
import type { ProxyContext } from '../proxy-context';
import type { Cluster } from '../upstream/cluster';
import type { Endpoint } from '../upstream/endpoint';
import type { DownstreamContext } from './downstream-context';
import type { ExchangeRecord, TraceContext } from './exchange-record';
import type { GrpcMessages } from './grpc-messages';
import type { HttpChain } from './http-chain';
import type { MirrorRequest } from './mirror';
import { RequestPlan, ResponsePlan } from './request-plan';
import { RouteView } from './route-view';
import type { Router } from './router';
import { SavedRequest } from './saved-request';
import type { DownstreamStream } from './streams';

/** What an exchange knows of its request. All fields exist from the start and are set back per request: one hidden class, nothing to collect. */
export abstract class ExchangeState implements ExchangeRecord {
  chain: HttpChain;
  readonly context: ProxyContext;
  readonly downstream: DownstreamContext;
  readonly view = new RouteView();
  readonly plan = new RequestPlan();
  readonly responsePlan = new ResponsePlan();
  /** Cookies that a hashing balancer gives to the client. */
  balancerCookies: readonly string[] = [];
  readonly saved = new SavedRequest();
  abstract readonly router: Router;
  stream: DownstreamStream | null = null;
  /** The head while its bytes are valid: during `onRequest`. */
  head: RequestHead | null = null;
  decision: Decision | null = null;
  retry: CompiledRetryPolicy | null = null;
  mirrors: readonly MirrorRequest[] = [];
  trace: TraceContext | null = null;
  startedAt = 0;
  durationMs = 0;
  status = 0;
  flags = 0;
  details = '';
  bytesReceived = 0;
  bytesSent = 0;
  requestId = '';
  isGrpc = false;
  grpcMessages: GrpcMessages | null = null;
  grpcStatus = -1;
  userAgent = '';
  forwardedFor = '';
  originalPath = '';
  protocol = '';
  /** Number of the request on this exchange: what was asked for an earlier one is out of date. */
  serial = 0;
  requestEnded = false;
  responseStarted = false;
  protected lastActivity = 0;
  protected streamIdleMs = 0;
  protected held: AfterHold | null = null;
  protected encodesChunks = false;

  constructor(chain: HttpChain, downstream: DownstreamContext) {
    this.chain = chain;
    this.context = chain.context;
    this.downstream = downstream;
  }

  get idle(): boolean {
    return this.stream === null;
  }

  get method(): string {
    return this.view.method;
  }

  get path(): string {
    return this.view.path;
  }

  get authority(): string {
    return this.view.authority;
  }

  get cluster(): Cluster | null {
    return this.router.cluster;
  }

  get endpoint(): Endpoint | null {
    return this.router.endpoint;
  }

  get attempts(): number {
    return this.router.attempt;
  }

  get upstreamTls(): PeerTls | null {
    return this.router.upstreamTls;
  }

  get upstreamLocalAddress(): string {
    return this.router.upstreamLocalAddress;
  }

  get upstreamFailure(): string {
    return this.router.failureDetail;
  }

  get upstreamServiceMs(): number {
    return this.router.serviceMs;
  }

  protected reset(stream: DownstreamStream, end: boolean): void {
    while (this.chain.successor !== null) this.chain = this.chain.successor;
    this.serial++;
    this.stream = stream;
    this.startedAt = eventTime();
    this.lastActivity = this.startedAt;
    this.durationMs = 0;
    this.status = 0;
    this.flags = 0;
    this.details = '';
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.grpcStatus = -1;
    this.grpcMessages = null;
    this.originalPath = '';
    this.userAgent = '';
    this.forwardedFor = '';
    this.protocol = stream.protocol;
    this.requestEnded = end;
    this.responseStarted = false;
    this.encodesChunks = false;
    this.held = null;
    this.decision = null;
    this.retry = null;
    this.trace = null;
    if (this.mirrors.length > 0) this.mirrors = [];
    this.streamIdleMs = 0;
    this.plan.clear();
    this.responsePlan.clear();
    this.saved.clear();
    this.router.reset();
  }
}
