import { describe, expect, it } from 'vitest';
import { typeUrls } from '@/lib/xds';
import { SotwSession } from './serve-sotw';
import { fakeView, recordStream, sidecarNode } from './testdata/fake-mesh';
import type { FakeProxy } from './testdata/fake-mesh';

const { cluster, clusterLoadAssignment: endpoints, listener, routeConfiguration: route } = typeUrls;
const small: FakeProxy = { clusters: ['a', 'b'], endpoints: ['a', 'b'], listeners: ['l'], routes: ['9080'] };

function open(proxy: FakeProxy) {
  const stream = recordStream('sotw');
  const session = new SotwSession(sidecarNode, fakeView(proxy), { seq: 1, changes: new Map() }, stream.events);
  let seq = 1;
  return {
    ...stream,
    session,
    push: (next: FakeProxy) => {
      seq += 1;
      session.push(fakeView(next), { seq, changes: new Map([['/Service', String(seq)]]) });
    },
    nonceOf: (typeUrl: string) => session.ledger.types.get(typeUrl)?.nonceSent ?? '',
    acked: () => session.ledger.ackedVersions().get('/Service'),
  };
}

function openReady() {
  const opened = open(small);
  opened.session.handle({ type_url: cluster });
  opened.session.handle({ type_url: endpoints, resource_names: ['a', 'b'] });
  opened.session.handle({ type_url: listener });
  opened.session.handle({ type_url: route, resource_names: ['9080'] });
  opened.session.handle({ type_url: cluster, response_nonce: opened.nonceOf(cluster) });
  opened.session.handle({ type_url: endpoints, resource_names: ['a', 'b'], response_nonce: opened.nonceOf(endpoints) });
  opened.session.handle({ type_url: listener, response_nonce: opened.nonceOf(listener) });
  opened.session.handle({ type_url: route, resource_names: ['9080'], response_nonce: opened.nonceOf(route) });
  opened.take();
  return opened;
}

describe('a state-of-the-world stream', () => {
  it('answers the first request, and is silent on its ACK', () => {
    const { session, take, nonceOf } = open(small);
    session.handle({ type_url: cluster });
    expect(take()).toEqual(['CDS a,b']);
    session.handle({ type_url: cluster, response_nonce: nonceOf(cluster) });
    expect(take()).toEqual([]);
  });

  it('ignores a stale nonce and does not answer a NACK', () => {
    const { session, take, nonceOf, rejected, push } = openReady();
    const old = nonceOf(cluster);
    push({ ...small, clusters: ['a@2', 'b'] });
    take();
    session.handle({ type_url: cluster, response_nonce: old });
    expect(take()).toEqual([]);
    session.handle({ type_url: cluster, response_nonce: nonceOf(cluster), error_detail: { message: 'no' } });
    expect(take()).toEqual([]);
    expect(rejected).toEqual(['no']);
  });

  it('answers names that were added and takes emptied names as the end of the subscription', () => {
    const { session, take, nonceOf, push } = openReady();
    session.handle({ type_url: endpoints, resource_names: ['a', 'b', 'c'], response_nonce: nonceOf(endpoints) });
    expect(take()).toEqual(['EDS a,b']);
    session.handle({ type_url: endpoints, resource_names: [], response_nonce: nonceOf(endpoints) });
    push({ ...small, endpoints: ['a@2', 'b@2'] });
    expect(take()).toEqual([]);
  });

  it('sends whole lists of clusters, and endpoints of those that changed', () => {
    const { take, push } = openReady();
    push({ ...small, clusters: ['a@2', 'b'] });
    expect(take()).toEqual(['CDS a,b', 'EDS a']);
    push({ ...small, clusters: ['a@2'] });
    expect(take()).toEqual(['CDS a']);
  });

  it('answers EDS after a CDS push even when the request looks like an ACK', () => {
    const { session, take, push, nonceOf } = openReady();
    push({ ...small, clusters: ['a', 'b', 'c'] });
    take();
    session.handle({ type_url: endpoints, resource_names: ['a', 'b'], response_nonce: nonceOf(endpoints) });
    expect(take()).toEqual(['EDS a,b']);
    session.handle({ type_url: endpoints, resource_names: ['a', 'b'], response_nonce: nonceOf(endpoints) });
    expect(take()).toEqual([]);
  });

  it('knows what is acknowledged', () => {
    const { session, push, nonceOf, acked } = openReady();
    push({ ...small, routes: ['9080@2'] });
    expect(acked()).toBeUndefined();
    session.handle({ type_url: route, resource_names: ['9080'], response_nonce: nonceOf(route) });
    expect(acked()).toBe('2');
  });
});
