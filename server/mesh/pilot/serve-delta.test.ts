import { describe, expect, it } from 'vitest';
import { typeUrls } from '@/lib/xds';
import { DeltaSession } from './serve-delta';
import { fakeView, recordStream, sidecarNode } from './testdata/fake-mesh';
import type { FakeProxy } from './testdata/fake-mesh';

const { cluster, clusterLoadAssignment: endpoints, listener, routeConfiguration: route } = typeUrls;
const vs = 'networking.istio.io/VirtualService';
const dr = 'networking.istio.io/DestinationRule';

function open(proxy: FakeProxy, changes: [string, string][] = []) {
  const stream = recordStream('delta');
  const session = new DeltaSession(sidecarNode, fakeView(proxy), { seq: 1, changes: new Map(changes) }, stream.events);
  let seq = 1;
  return {
    ...stream,
    session,
    push: (next: FakeProxy, versions: [string, string][] = []) => {
      seq += 1;
      session.push(fakeView(next), { seq, changes: new Map(versions) });
    },
    /** Acknowledges everything that is on its way. */
    ackAll: () => {
      for (const state of session.ledger.types.values()) {
        for (const { nonce } of state.inFlight.slice()) session.handle({ type_url: state.typeUrl, response_nonce: nonce });
      }
    },
    acked: () => Object.fromEntries(session.ledger.ackedVersions()),
  };
}

const small: FakeProxy = { clusters: ['a', 'b'], endpoints: ['a', 'b'], listeners: ['l'], routes: ['9080'] };

/** A proxy with all types subscribed and everything acknowledged. */
function openReady(proxy: FakeProxy, changes: [string, string][] = []) {
  const opened = open(proxy, changes);
  opened.session.handle({ type_url: cluster });
  opened.session.handle({ type_url: endpoints, resource_names_subscribe: [...(proxy.endpoints ?? [])] });
  opened.session.handle({ type_url: listener });
  opened.session.handle({ type_url: route, resource_names_subscribe: [...(proxy.routes ?? [])] });
  opened.ackAll();
  opened.take();
  return opened;
}

describe('a delta stream', () => {
  it('answers wildcards with everything and names with what was asked for', () => {
    const { session, take } = open(small);
    session.handle({ type_url: cluster });
    session.handle({ type_url: endpoints, resource_names_subscribe: ['b'] });
    session.handle({ type_url: listener, resource_names_subscribe: ['*'] });
    session.handle({ type_url: route, resource_names_subscribe: ['9080', 'nowhere'] });
    expect(take()).toEqual(['CDS a,b', 'EDS b', 'LDS l', 'RDS 9080 -nowhere']);
  });

  it('answers a first wildcard even when there is nothing', () => {
    const { session, take } = open({});
    session.handle({ type_url: listener });
    expect(take()).toEqual(['LDS']);
  });

  it('is silent on an ACK and on a change that does not touch the proxy', () => {
    const { push, take, ackAll } = openReady(small);
    push(small);
    ackAll();
    expect(take()).toEqual([]);
  });

  it('sends only what changed, in the order CDS EDS LDS RDS', () => {
    const { push, take } = openReady(small);
    push({ clusters: ['a', 'b', 'c'], endpoints: ['a', 'b@2'], listeners: ['l@2'], routes: ['9080@2'] });
    expect(take()).toEqual(['CDS c', 'EDS b', 'LDS l', 'RDS 9080']);
  });

  it('answers EDS again for a cluster that changed, though its endpoints did not', () => {
    const { push, take } = openReady(small);
    push({ ...small, clusters: ['a@2', 'b'] });
    expect(take()).toEqual(['CDS a', 'EDS a']);
  });

  it('takes clusters away only after the routes that led to them', () => {
    const { push, take } = openReady(small);
    push({ clusters: ['a'], endpoints: ['a'], listeners: ['l'], routes: ['9080@2'] });
    expect(take()).toEqual(['RDS 9080', 'CDS -b', 'EDS -b']);
  });

  it('sends a name that is asked for again, as Envoy does while a cluster warms', () => {
    const { session, take } = openReady(small);
    session.handle({ type_url: endpoints, resource_names_subscribe: ['a'] });
    expect(take()).toEqual(['EDS a']);
  });

  it('sends nothing of what a reconnecting proxy says it holds', () => {
    const { session, take } = open({ clusters: ['a', 'b@2'], endpoints: ['a', 'b'], listeners: ['l'], routes: ['9080'] });
    session.handle({ type_url: cluster, initial_resource_versions: { a: '1', b: '1', gone: '1' } });
    session.handle({ type_url: listener, initial_resource_versions: { l: '1' } });
    session.handle({ type_url: route, resource_names_subscribe: ['9080'], initial_resource_versions: { '9080': '1' } });
    expect(take()).toEqual(['CDS b -gone']);
  });

  it('sends the endpoints of a cluster that changed while the proxy was away, though it holds them', () => {
    const { session, take } = open({ clusters: ['a', 'b@2'], endpoints: ['a', 'b'] });
    session.handle({ type_url: cluster, initial_resource_versions: { a: '1', b: '1' } });
    session.handle({ type_url: endpoints, resource_names_subscribe: ['a', 'b'], initial_resource_versions: { a: '1', b: '1' } });
    expect(take()).toEqual(['CDS b', 'EDS b']);
  });

  it('sends them also when the endpoints were asked for first', () => {
    const { session, take } = open({ clusters: ['a', 'b@2'], endpoints: ['a', 'b'] });
    session.handle({ type_url: endpoints, resource_names_subscribe: ['a', 'b'], initial_resource_versions: { a: '1', b: '1' } });
    session.handle({ type_url: cluster, initial_resource_versions: { a: '1', b: '1' } });
    expect(take()).toEqual(['CDS b', 'EDS b']);
  });

  it('forgets a name that is unsubscribed', () => {
    const { session, push, take } = openReady(small);
    session.handle({ type_url: endpoints, resource_names_unsubscribe: ['a'] });
    push({ ...small, endpoints: ['a@2', 'b@2'] });
    expect(take()).toEqual(['EDS b']);
  });
});

describe('what a delta stream has acknowledged', () => {
  it('is a version only when every response that it caused is acknowledged', () => {
    const { session, push, acked, ackAll } = openReady(small, [[vs, '5']]);
    expect(acked()).toEqual({ [vs]: '5' });
    push({ ...small, routes: ['9080@2'], listeners: ['l@2'] }, [[vs, '6']]);
    expect(acked()).toEqual({ [vs]: '5' });
    const nonce = session.ledger.types.get(route)?.inFlight[0]?.nonce ?? '';
    session.handle({ type_url: route, response_nonce: nonce });
    expect(acked()).toEqual({ [vs]: '5' });
    ackAll();
    expect(acked()).toEqual({ [vs]: '6' });
  });

  it('is at once a version that changes nothing for the proxy', () => {
    const { push, acked, settled } = openReady(small, [[vs, '5']]);
    push(small, [[dr, '9']]);
    expect(acked()).toEqual({ [vs]: '5', [dr]: '9' });
    expect(settled).toEqual([1, 2]);
  });

  it('holds back the kinds of a rejected change, and no others', () => {
    const { session, push, acked, rejected, ackAll } = openReady(small, [[vs, '5']]);
    push({ ...small, routes: ['9080@2'] }, [[vs, '6']]);
    const nonce = session.ledger.types.get(route)?.inFlight[0]?.nonce ?? '';
    session.handle({ type_url: route, response_nonce: nonce, error_detail: { message: 'bad regex' } });
    expect(rejected).toEqual(['bad regex']);
    push({ ...small, routes: ['9080@2'], clusters: ['a', 'b', 'c'] }, [[dr, '7']]);
    ackAll();
    expect(acked()).toEqual({ [vs]: '5', [dr]: '7' });
    push({ ...small, routes: ['9080@3'], clusters: ['a', 'b', 'c'] }, [[vs, '8']]);
    ackAll();
    expect(acked()).toEqual({ [vs]: '8', [dr]: '7' });
  });

  it('waits for the subscription that a new cluster brings', () => {
    const { session, push, acked, ackAll } = openReady(small, [['/Service', '5']]);
    push({ ...small, clusters: ['a', 'b', 'c'], endpoints: ['a', 'b', 'c'] }, [['/Service', '6']]);
    ackAll();
    expect(acked()).toEqual({ '/Service': '5' });
    session.handle({ type_url: endpoints, resource_names_subscribe: ['c'] });
    expect(acked()).toEqual({ '/Service': '5' });
    ackAll();
    expect(acked()).toEqual({ '/Service': '6' });
  });

  it('sends the rest when one resource cannot be encoded, and says so', () => {
    const { session, take, rejected } = open({});
    const good = fakeView({ clusters: ['a'] });
    const bad = { name: 'bad', version: '1', resource: { name: 'bad', no_such_field: 1 } };
    const view = new Map(good).set(cluster, new Map([...(good.get(cluster) ?? []), ['bad', bad]]));
    session.handle({ type_url: cluster });
    take();
    session.push(view, { seq: 2, changes: new Map([[vs, '9']]) });
    expect(take()).toEqual(['CDS a']);
    expect(rejected).toEqual(['not encodable: no_such_field: envoy.config.cluster.v3.Cluster has no such field in the wire table']);
  });

  it('ignores nonces it does not know', () => {
    const { session, push, acked } = openReady(small, [[vs, '5']]);
    push({ ...small, routes: ['9080@2'] }, [[vs, '6']]);
    session.handle({ type_url: route, response_nonce: 'made-up' });
    expect(acked()).toEqual({ [vs]: '5' });
  });
});
