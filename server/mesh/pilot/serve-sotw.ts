import type { ProxyNode } from '@/lib/pilot';
import { encodeMessage, typeUrls } from '@/lib/xds';
import { StreamLedger, awaitedTypes } from './proxy-session';
import type { DiscoveryRequest, ProxySession, SessionEvents, TypeState } from './proxy-session';
import type { Revision } from './track-acks';
import { pushOrder, wildcardTypes } from './view-resources';
import type { AnyResource, ResourceView } from './view-resources';

/** The state-of-the-world protocol on one stream (istio.md §3.1), for gRPC clients and older Envoys. */
export class SotwSession implements ProxySession {
  readonly kind = 'sotw';
  readonly node: ProxyNode;
  readonly ledger: StreamLedger;
  view: ResourceView;
  private revision: Revision;
  private readonly awaited: readonly string[];

  constructor(node: ProxyNode, view: ResourceView, revision: Revision, events: SessionEvents, options: { lazy?: boolean } = {}) {
    this.node = node;
    this.view = view;
    this.revision = revision;
    this.ledger = new StreamLedger(events);
    this.awaited = awaitedTypes(options.lazy === true);
    this.ledger.noteRevision(revision, view, this.awaited);
  }

  push(view: ResourceView, revision: Revision): void {
    this.view = view;
    this.revision = revision;
    const touchedClusters = new Set<string>();
    for (const typeUrl of pushOrder) {
      const state = this.ledger.types.get(typeUrl);
      if (state === undefined) continue;
      const wanted = this.wanted(state);
      const changed = wanted.filter((resource) => state.sent.get(resource.name) !== resource.version);
      if (typeUrl === typeUrls.cluster) for (const { name } of changed) touchedClusters.add(name);
      if (wildcardTypes.has(typeUrl)) {
        // The list is the whole truth: what it leaves out is gone.
        const gone = [...state.sent.keys()].some((name) => view.get(typeUrl)?.has(name) !== true);
        if (changed.length > 0 || gone) this.respond(state, wanted);
        continue;
      }
      const warming = typeUrl === typeUrls.clusterLoadAssignment ? wanted.filter((resource) => touchedClusters.has(resource.name)) : [];
      const due = [...new Set([...changed, ...warming])];
      if (due.length > 0) this.respond(state, due);
    }
    this.ledger.noteRevision(revision, view, this.awaited);
  }

  handle(request: DiscoveryRequest): void {
    const typeUrl = request.type_url ?? '';
    const first = !this.ledger.types.has(typeUrl);
    const state = this.ledger.stateOf(typeUrl);
    const nonce = request.response_nonce ?? '';
    if (!first && nonce !== '') {
      this.ledger.noteAnswer(state, nonce, request.error_detail);
      // An answer to an older response says nothing of what is wanted now.
      if (nonce !== state.nonceSent) return;
      if (request.error_detail !== undefined) return;
    }
    const names = request.resource_names ?? [];
    const before = state.names;
    state.names = new Set(names.filter((name) => name !== '*'));
    state.awaited = undefined;
    state.wildcard = wildcardTypes.has(typeUrl) && (names.length === 0 || names.includes('*'));
    for (const name of state.sent.keys()) if (!state.wildcard && !state.names.has(name)) state.sent.delete(name);
    this.ledger.noteSubscribed(typeUrl, state.wildcard ? ['*', ...state.names] : state.names);
    const added = names.some((name) => !before.has(name));
    const again = state.answerNext;
    state.answerNext = false;
    if (first || nonce === '' || added || again) this.respond(state, this.wanted(state));
    this.ledger.settle();
  }

  private wanted(state: TypeState): AnyResource[] {
    const available = this.view.get(state.typeUrl);
    if (available === undefined) return [];
    if (state.wildcard) return [...available.values()];
    return [...state.names].flatMap((name) => available.get(name) ?? []);
  }

  private respond(state: TypeState, resources: readonly AnyResource[]): void {
    if (wildcardTypes.has(state.typeUrl)) state.sent.clear();
    // Names that do not exist yet get no answer: the proxy waits for them (initial_fetch_timeout 0).
    else if (resources.length === 0) return;
    for (const { name, version } of resources) state.sent.set(name, version);
    const bodies = this.ledger.encode(state, this.revision.seq, resources, 'any');
    const names = resources.map((resource) => resource.name).filter((name) => state.rejected.get(name) !== this.revision.seq);
    const nonce = this.ledger.noteSent(state, this.revision.seq, names);
    const bytes = encodeMessage('envoy.service.discovery.v3.DiscoveryResponse', {
      version_info: String(this.revision.seq),
      resources: bodies,
      type_url: state.typeUrl,
      nonce,
    });
    // Envoy asks for endpoints again with the old nonce while a cluster warms: that request must be answered.
    if (state.typeUrl === typeUrls.cluster) {
      const endpoints = this.ledger.types.get(typeUrls.clusterLoadAssignment);
      if (endpoints !== undefined) endpoints.answerNext = true;
    }
    this.ledger.deliver(state, bytes, bodies.length);
  }
}
