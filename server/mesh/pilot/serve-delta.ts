import type { ProxyNode } from '@/lib/pilot';
import { encodeMessage, typeUrls } from '@/lib/xds';
import { StreamLedger, awaitedTypes } from './proxy-session';
import type { DiscoveryRequest, ProxySession, SessionEvents, TypeState } from './proxy-session';
import type { ResponseCache } from './share-responses';
import type { Revision } from './track-acks';
import { pushOrder, wildcardTypes } from './view-resources';
import type { AnyResource, ResourceView } from './view-resources';

/** The incremental protocol on one stream (istio.md §3.1). Knows nothing of sockets: bytes go out through `events.send`. */
export class DeltaSession implements ProxySession {
  readonly kind = 'delta';
  readonly node: ProxyNode;
  readonly ledger: StreamLedger;
  view: ResourceView;
  private revision: Revision;
  private readonly awaited: readonly string[];
  /** Clusters that were sent and whose endpoints were not sent since: Envoy holds them back, and its CDS requests, until they come. */
  private readonly warming = new Set<string>();

  constructor(
    node: ProxyNode,
    view: ResourceView,
    revision: Revision,
    events: SessionEvents,
    options: { lazy?: boolean; responses?: ResponseCache } = {},
  ) {
    this.node = node;
    this.view = view;
    this.revision = revision;
    this.ledger = new StreamLedger(events, options.responses);
    this.awaited = awaitedTypes(options.lazy === true);
    this.ledger.noteRevision(revision, view, this.awaited);
  }

  push(view: ResourceView, revision: Revision): void {
    this.view = view;
    this.revision = revision;
    const broken = new Map<TypeState, string[]>();
    for (const typeUrl of pushOrder) {
      const state = this.ledger.types.get(typeUrl);
      if (state === undefined) continue;
      const same = state.compared === view.get(typeUrl);
      const changed = same ? [] : this.changedResources(state);
      const removed = same ? [] : this.removedNames(state);
      state.compared = view.get(typeUrl);
      if (typeUrl === typeUrls.clusterLoadAssignment) this.addWarming(state, changed);
      // Clusters and their endpoints go last, when no route leads to them any more.
      const late = removed.length > 0 && (typeUrl === typeUrls.cluster || typeUrl === typeUrls.clusterLoadAssignment);
      if (late) broken.set(state, removed);
      if (changed.length > 0 || (removed.length > 0 && !late)) this.respond(state, changed, late ? [] : removed);
    }
    for (const [state, removed] of broken) this.respond(state, [], removed);
    this.ledger.noteRevision(revision, view, this.awaited);
  }

  handle(request: DiscoveryRequest): void {
    const typeUrl = request.type_url ?? '';
    const first = !this.ledger.types.has(typeUrl);
    const state = this.ledger.stateOf(typeUrl);
    if (request.response_nonce !== undefined && request.response_nonce !== '') {
      this.ledger.noteAnswer(state, request.response_nonce, request.error_detail);
    }
    const subscribe = request.resource_names_subscribe ?? [];
    const held = first ? (request.initial_resource_versions ?? {}) : {};
    for (const [name, version] of Object.entries(held)) state.sent.set(name, version);
    if (first && wildcardTypes.has(typeUrl) && subscribe.length === 0) state.wildcard = true;
    const asked: string[] = [];
    for (const name of subscribe) {
      if (name === '*') {
        state.wildcard = true;
        state.compared = undefined;
      } else {
        state.names.add(name);
        asked.push(name);
      }
    }
    for (const name of request.resource_names_unsubscribe ?? []) {
      state.awaited = undefined;
      if (name === '*') state.wildcard = false;
      else state.names.delete(name);
      if (!state.wildcard || name === '*') this.forget(state, name);
    }
    this.ledger.noteSubscribed(typeUrl, state.wildcard ? ['*', ...asked] : asked);
    this.answer(state, asked, first, held);
    this.ledger.settle();
  }

  private answer(state: TypeState, asked: readonly string[], first: boolean, held: Record<string, string>): void {
    const available = this.view.get(state.typeUrl);
    const changed = new Set((first || state.wildcard) && state.compared !== available ? this.changedResources(state) : []);
    const removed = new Set(first ? this.removedNames(state) : []);
    state.compared = available;
    for (const name of asked) {
      const resource = available?.get(name);
      // Whoever asks for a name again wants it again: Envoy does when a cluster is warming. What it said it holds is not sent.
      if (resource !== undefined && (held[name] !== resource.version || this.isWarming(state, name))) changed.add(resource);
      else if (resource === undefined) removed.add(name);
    }
    // The first answer to a wildcard goes out even when there is nothing: the proxy waits for it to become ready.
    const greet = first && state.wildcard && Object.keys(held).length === 0;
    if (changed.size > 0 || removed.size > 0 || greet) this.respond(state, [...changed], [...removed]);
    if (state.typeUrl === typeUrls.cluster) this.answerWarming();
  }

  /** Clusters that went out in answer to a request warm like those of a push. */
  private answerWarming(): void {
    const endpoints = this.ledger.types.get(typeUrls.clusterLoadAssignment);
    if (endpoints === undefined || this.warming.size === 0) return;
    const due: AnyResource[] = [];
    this.addWarming(endpoints, due);
    if (due.length > 0) this.respond(endpoints, due, []);
  }

  private isWarming(state: TypeState, name: string): boolean {
    return state.typeUrl === typeUrls.clusterLoadAssignment && this.warming.has(name);
  }

  private changedResources(state: TypeState): AnyResource[] {
    const available = this.view.get(state.typeUrl);
    if (available === undefined) return [];
    const changed: AnyResource[] = [];
    if (state.wildcard) {
      for (const resource of available.values()) if (state.sent.get(resource.name) !== resource.version) changed.push(resource);
      return changed;
    }
    for (const name of state.names) {
      const resource = available.get(name);
      if (resource !== undefined && state.sent.get(name) !== resource.version) changed.push(resource);
    }
    return changed;
  }

  private removedNames(state: TypeState): string[] {
    const available = this.view.get(state.typeUrl);
    return [...state.sent.keys()].filter((name) => available?.has(name) !== true);
  }

  /** A changed cluster warms until its endpoints are answered again, even when they did not change. */
  private addWarming(state: TypeState, changed: AnyResource[]): void {
    const available = this.view.get(state.typeUrl);
    for (const name of this.warming) {
      const resource = available?.get(name);
      if (resource !== undefined && state.names.has(name) && !changed.includes(resource)) changed.push(resource);
    }
  }

  private forget(state: TypeState, name: string): void {
    if (name === '*') for (const known of state.sent.keys()) if (!state.names.has(known)) state.sent.delete(known);
    if (!state.names.has(name)) state.sent.delete(name);
    state.rejected.delete(name);
  }

  private respond(state: TypeState, changed: readonly AnyResource[], removed: readonly string[]): void {
    const endpoints = this.view.get(typeUrls.clusterLoadAssignment);
    for (const { name, version } of changed) {
      state.sent.set(name, version);
      if (state.typeUrl === typeUrls.cluster && endpoints?.has(name) === true) this.warming.add(name);
      if (state.typeUrl === typeUrls.clusterLoadAssignment) this.warming.delete(name);
    }
    for (const name of removed) {
      state.sent.delete(name);
      state.rejected.delete(name);
      if (state.typeUrl === typeUrls.cluster) this.warming.delete(name);
    }
    const { typeUrl } = state;
    const { seq } = this.revision;
    const isNew = (nonce: string): boolean => nonce !== state.nonceSent && state.inFlight.every((response) => response.nonce !== nonce);
    const shared = this.ledger.responses.find(typeUrl, seq, changed, removed, isNew);
    if (shared !== undefined) {
      this.ledger.noteSent(state, seq, [...changed.map((resource) => resource.name), ...removed], shared.nonce);
      this.ledger.deliver(state, shared.bytes, changed.length);
      return;
    }
    const resources = this.ledger.encode(state, seq, changed, 'delta');
    const names = changed
      .map((resource) => resource.name)
      .filter((name) => state.rejected.get(name) !== seq)
      .concat(removed);
    const nonce = this.ledger.noteSent(state, seq, names);
    const bytes = encodeMessage('envoy.service.discovery.v3.DeltaDiscoveryResponse', {
      system_version_info: String(seq),
      resources,
      type_url: typeUrl,
      removed_resources: removed,
      nonce,
    });
    // A response that had to leave something out is this stream's own: the others have it to report too.
    if (resources.length === changed.length) this.ledger.responses.keep({ typeUrl, seq, changed, removed, nonce, bytes });
    this.ledger.deliver(state, bytes, resources.length);
  }
}
