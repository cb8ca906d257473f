import type { ProxyNode } from '@/lib/pilot';
import { typeUrls } from '@/lib/xds';
import { encodeResource } from './encode-resources';
import type { ResourceForm } from './encode-resources';
import { ResponseCache } from './share-responses';
import { AckTracker } from './track-acks';
import type { Revision } from './track-acks';
import { wildcardTypes } from './view-resources';
import type { AnyResource, ResourceView } from './view-resources';

/** A response on its way: acknowledged, or rejected, by its nonce. */
interface InFlight {
  nonce: string;
  seq: number;
  names: readonly string[];
}

export interface Rejection {
  typeUrl: string;
  nonce: string;
  message: string;
  resources: readonly string[];
  /** RFC 3339. */
  at: string;
}

/** What one stream has asked for and been told of one type. */
export interface TypeState {
  typeUrl: string;
  wildcard: boolean;
  /** Names asked for explicitly. */
  names: Set<string>;
  /** Name → version that the proxy has or is being sent. */
  sent: Map<string, string>;
  inFlight: InFlight[];
  /** Rejected resources → the revision that brought them. */
  rejected: Map<string, number>;
  /** Nonce of the last response, and of the last one that was acknowledged; for syncz. */
  nonceSent: string;
  nonceAcked: string;
  /** The resources that were last compared with `sent`: nothing differs while the view has the same. */
  compared: ReadonlyMap<string, AnyResource> | undefined;
  /** The resources and the number of names of which all are known to have been asked for. */
  awaited: { available: ReadonlyMap<string, AnyResource> | undefined; names: number } | undefined;
  /** SotW: the next request is answered even when it looks like an ACK (after a CDS push, for EDS). */
  answerNext: boolean;
}

export interface PushReport {
  typeUrl: string;
  resources: number;
  bytes: number;
}

export interface SessionEvents {
  send(bytes: Uint8Array): void;
  onPush(report: PushReport): void;
  onReject(rejection: Rejection): void;
  /** The whole of a revision was acknowledged. */
  onSettled(seq: number): void;
  now(): Date;
}

/**
 * What a proxy is waited for: until it has asked for these, what it was sent so far is not all there is. Proxies that ask only for what a call needs
 * (proxyless gRPC) are not waited for.
 */
export function awaitedTypes(lazy: boolean): readonly string[] {
  return lazy ? [] : [typeUrls.cluster, typeUrls.clusterLoadAssignment, typeUrls.listener, typeUrls.routeConfiguration];
}

/** What both kinds of stream have in common: bookkeeping per type, and what is acknowledged. */
export class StreamLedger {
  readonly types = new Map<string, TypeState>();
  readonly rejections: Rejection[] = [];
  private readonly tracker = new AckTracker();
  private readonly events: SessionEvents;
  readonly responses: ResponseCache;
  /** Names that a proxy must still ask for before a revision is in effect: `type name` → revision. */
  private expected = new Map<string, number>();
  private unsettled = new Set<number>();

  constructor(events: SessionEvents, responses: ResponseCache = new ResponseCache()) {
    this.events = events;
    this.responses = responses;
  }

  stateOf(typeUrl: string): TypeState {
    let state = this.types.get(typeUrl);
    if (state === undefined) {
      state = {
        typeUrl,
        wildcard: false,
        names: new Set(),
        sent: new Map(),
        inFlight: [],
        rejected: new Map(),
        nonceSent: '',
        nonceAcked: '',
        compared: undefined,
        awaited: undefined,
        answerNext: false,
      };
      this.types.set(typeUrl, state);
    }
    return state;
  }

  /** Notes a response before it is sent and answers its nonce, a new one where none is given. */
  noteSent(state: TypeState, seq: number, names: readonly string[], nonce: string = this.responses.nextNonce(seq)): string {
    state.inFlight.push({ nonce, seq, names });
    state.nonceSent = nonce;
    return nonce;
  }

  /** The bytes of what is to be sent. One resource that cannot be encoded must not hold up the others: it counts as rejected. */
  encode(state: TypeState, seq: number, resources: readonly AnyResource[], form: ResourceForm): Uint8Array[] {
    return resources.flatMap((resource) => {
      try {
        return [encodeResource(state.typeUrl, resource, form)];
      } catch (error) {
        state.rejected.set(resource.name, seq);
        this.reject(state.typeUrl, '', [resource.name], `not encodable: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      }
    });
  }

  deliver(state: TypeState, bytes: Uint8Array, resources: number): void {
    this.events.onPush({ typeUrl: state.typeUrl, resources, bytes: bytes.length });
    this.events.send(bytes);
  }

  /** Takes the ACK or NACK in a request. Answers false for a nonce that is not (or no longer) in flight. */
  noteAnswer(state: TypeState, nonce: string, error: { message?: unknown } | undefined): boolean {
    const index = state.inFlight.findIndex((response) => response.nonce === nonce);
    if (index === -1) return false;
    // Streams are ordered: what was sent before the acknowledged response has been processed too.
    const answered = state.inFlight.splice(0, index + 1);
    const response = answered.at(-1);
    if (response === undefined) return false;
    if (error === undefined) {
      state.nonceAcked = nonce;
      for (const earlier of answered) {
        for (const name of earlier.names) if ((state.rejected.get(name) ?? Infinity) <= earlier.seq) state.rejected.delete(name);
      }
    } else {
      for (const name of response.names) state.rejected.set(name, response.seq);
      this.reject(state.typeUrl, nonce, response.names, typeof error.message === 'string' ? error.message : '');
    }
    this.settle();
    return true;
  }

  private reject(typeUrl: string, nonce: string, resources: readonly string[], message: string): void {
    const rejection = { typeUrl, nonce, message, resources, at: this.events.now().toISOString() };
    this.rejections.push(rejection);
    if (this.rejections.length > 20) this.rejections.shift();
    this.events.onReject(rejection);
  }

  /** A revision was compiled for this proxy and what it changed is sent. */
  noteRevision(revision: Revision, view: ResourceView, awaited: readonly string[]): void {
    this.tracker.add(revision);
    this.unsettled.add(revision.seq);
    const expected = new Map<string, number>();
    for (const typeUrl of awaited) {
      const state = this.types.get(typeUrl);
      const available = view.get(typeUrl);
      if (state?.awaited !== undefined && state.awaited.available === available && state.awaited.names === state.names.size) continue;
      const names = wildcardTypes.has(typeUrl) ? (state === undefined ? ['*'] : []) : (available?.keys() ?? []);
      let complete = true;
      for (const name of names) {
        const key = `${typeUrl} ${name}`;
        if (state?.names.has(name) === true) continue;
        complete = false;
        expected.set(key, this.expected.get(key) ?? revision.seq);
      }
      if (state !== undefined) state.awaited = complete ? { available, names: state.names.size } : undefined;
    }
    this.expected = expected;
    this.settle();
  }

  noteSubscribed(typeUrl: string, names: Iterable<string>): void {
    for (const name of names) this.expected.delete(`${typeUrl} ${name}`);
  }

  settle(): void {
    const blocked = new Set(this.expected.values());
    for (const state of this.types.values()) {
      for (const response of state.inFlight) blocked.add(response.seq);
      for (const seq of state.rejected.values()) blocked.add(seq);
    }
    this.tracker.settle(blocked);
    for (const seq of this.unsettled) {
      if (blocked.has(seq)) continue;
      this.unsettled.delete(seq);
      this.events.onSettled(seq);
    }
  }

  ackedVersions(): ReadonlyMap<string, string> {
    return this.tracker.versions();
  }
}

/** envoy.service.discovery.v3.DiscoveryRequest and DeltaDiscoveryRequest, as far as they differ from each other: a stream sends one kind. */
export interface DiscoveryRequest {
  type_url?: string;
  response_nonce?: string;
  error_detail?: { message?: string };
  /** State of the world. */
  resource_names?: string[];
  /** Delta. */
  resource_names_subscribe?: string[];
  resource_names_unsubscribe?: string[];
  initial_resource_versions?: Record<string, string>;
}

/** One connected proxy, as the debug pages and the pusher see it. */
export interface ProxySession {
  readonly node: ProxyNode;
  readonly ledger: StreamLedger;
  readonly kind: 'delta' | 'sotw';
  /** What the proxy is served now. */
  readonly view: ResourceView;
  /** Serves a new view; sends only what differs. */
  push(view: ResourceView, revision: Revision): void;
  /** Takes a request of the stream, decoded. */
  handle(request: DiscoveryRequest): void;
}
