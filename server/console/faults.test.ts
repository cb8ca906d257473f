import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, ChangeResponse, FaultsResponse, StopFaultsResponse } from '@/lib/contract';
import { listChanges } from '.';
import { faultsAnnotation, findFaultRule, readFaultEntries, withFaultEnds, withoutFaults } from './fault-entries';
import { call, route, virtualService } from './testdata/call-endpoint';
import { openConsole, severalLooksMs } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

const until = '2026-01-01T00:15:00.000Z';
const abort = { abort: { httpStatus: 500, percentage: { value: 50 } } };
const delay = { delay: { fixedDelay: '2s', percentage: { value: 10 } } };
const jason = { name: 'heddle-fault', match: [{ headers: { 'end-user': { exact: 'jason' } } }] };
const object = (http: unknown[], annotations?: Record<string, string>): AnyObject =>
  virtualService(http, annotations === undefined ? {} : { annotations });
const http = (one: AnyObject | null) => (one?.['spec'] as { http?: unknown[] } | undefined)?.http;

describe('entries of faults', () => {
  it('gives an end to faults a draft adds, and to no others', () => {
    const before = object([{ name: 'a', route: route({ v1: 100 }), fault: delay }]);
    const after = object([
      { name: 'a', route: route({ v1: 100 }), fault: { ...delay, ...abort } },
      { ...jason, route: route({ v1: 100 }), fault: abort },
    ]);
    const { object: noted, added } = withFaultEnds(before, after, [], until);
    expect(added).toEqual([
      { id: expect.any(String), expiresAt: until, rule: { name: 'a' }, ...abort },
      { id: expect.any(String), expiresAt: until, rule: jason, ...abort },
    ]);
    expect(readFaultEntries(noted)).toEqual(added);
    // Writing the same again changes no end.
    const again = withFaultEnds(noted, after, readFaultEntries(noted), '2027-01-01T00:00:00.000Z');
    expect(again.added).toEqual([]);
    expect(readFaultEntries(again.object)).toEqual(added);
    // Without faults nothing is noted.
    expect(withFaultEnds(noted, before, added, until).object.metadata.annotations).toBeUndefined();
  });

  it('finds its fault after others moved, and leaves what others made of it', () => {
    const [entry] = withFaultEnds(object([]), object([{ route: route({ v1: 100 }), fault: abort }]), [], until).added;
    if (entry === undefined) throw new Error('no fault was noted');
    const moved = object([
      { ...jason, name: 'x', route: [] },
      { name: 'renamed', route: route({ v2: 100 }), fault: { ...delay, ...abort } },
    ]);
    expect(findFaultRule(moved, entry)).toBe(1);
    expect(http(withoutFaults(moved, [entry]))).toEqual([
      { ...jason, name: 'x', route: [] },
      { name: 'renamed', route: route({ v2: 100 }), fault: delay },
    ]);
    const stronger = object([{ route: route({ v1: 100 }), fault: { abort: { httpStatus: 500, percentage: { value: 80 } } } }]);
    expect(findFaultRule(stronger, entry)).toBe(-1);
    expect(withoutFaults(stronger, [entry])).toEqual(stronger);
  });

  it('takes a rule or an object away that was made for the fault alone', () => {
    const plain = { route: [{ destination: { host: 'reviews' } }] };
    const created = withFaultEnds(null, object([{ ...plain, fault: abort }]), [], until);
    expect(withoutFaults(created.object, created.added)).toBeNull();
    const split = object([{ route: route({ v1: 50, v2: 50 }), fault: abort }], created.object.metadata.annotations);
    expect(http(withoutFaults(split, created.added))).toEqual([{ route: route({ v1: 50, v2: 50 }) }]);
    const forJason = withFaultEnds(object([plain]), object([{ ...plain, ...jason, fault: abort }, plain]), [], until);
    expect(http(withoutFaults(forJason.object, forJason.added))).toEqual([plain]);
  });

  it('reads nothing from a note that is no list of faults', () => {
    for (const text of ['', '{', '{}', '[{"id":1}]']) expect(readFaultEntries(object([], { [faultsAnnotation]: text }))).toEqual([]);
  });
});

describe('the end of faults', () => {
  let open: OpenConsole;
  beforeEach(async () => {
    open = await openConsole();
  });
  afterEach(() => open.close());
  const key = 'virtualservices.networking.istio.io';
  const live = () => (open.kubernetes.get(key, 'default/reviews') ?? null) as AnyObject | null;
  const faults = async () => (await call<FaultsResponse>('faults')).body.faults;
  const put = (...rules: unknown[]) => open.kubernetes.put(key, { ...virtualService(rules) });
  const set = async (seconds: number, ...rules: unknown[]) => {
    const { resourceVersion } = live()?.metadata ?? {};
    const draft = virtualService(rules, resourceVersion === undefined ? {} : { resourceVersion });
    const { body, status } = await call<ChangeResponse>('applyChange', {
      body: { objects: [draft], faultSeconds: seconds, reason: 'a drill' },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.change;
  };

  it('comes by itself, and is a change of its own', async () => {
    put({ route: route({ v1: 100 }) });
    await expect.poll(() => open.console.cluster().virtualServices().length).toBe(1);
    const change = await set(900, { route: route({ v1: 100 }), fault: abort });
    expect(change.faults).toEqual([{ id: expect.any(String), expiresAt: expect.any(String) }]);
    expect(await faults()).toMatchObject([
      { own: true, host: 'reviews', sentences: [{ text: '50 % of requests to reviews fail with status 500.' }] },
    ]);
    open.passSeconds(800);
    await new Promise((resolve) => setTimeout(resolve, severalLooksMs));
    expect(http(live())).toEqual([{ route: route({ v1: 100 }), fault: abort }]);
    open.passSeconds(101);
    await expect.poll(() => http(live())).toEqual([{ route: route({ v1: 100 }) }]);
    expect(live()?.metadata.annotations?.[faultsAnnotation]).toBeUndefined();
    await expect.poll(() => listChanges(open.console, 1).changes[0]?.status).toBe('applied');
    expect(listChanges(open.console, 1).changes[0]?.sentences[0]?.code).toBe('fault_ended');
    expect(await faults()).toEqual([]);
  });

  it('comes after a restart, also when someone wrote another version without the note', async () => {
    await set(900, { route: route({ v1: 100 }), fault: abort });
    await open.reopen(() => {
      put(
        { name: 'theirs', match: [{ uri: { prefix: '/x' } }], route: route({ v2: 100 }) },
        { route: route({ v2: 100 }), fault: { ...delay, ...abort } },
      );
      open.passSeconds(1000);
    });
    await expect
      .poll(() => http(live()))
      .toEqual([
        { name: 'theirs', match: [{ uri: { prefix: '/x' } }], route: route({ v2: 100 }) },
        { route: route({ v2: 100 }), fault: delay },
      ]);
  });

  it('does not come for a fault that someone else sets later, also when it is the same', async () => {
    await set(900, { route: route({ v1: 100 }), fault: abort });
    expect((await call<StopFaultsResponse>('stopFaults', { body: {} })).body.stopped).toBe(1);
    put({ route: route({ v1: 100 }), fault: abort });
    await expect.poll(async () => (await faults()).map((one) => one.own)).toEqual([false]);
    open.passSeconds(1000);
    await new Promise((resolve) => setTimeout(resolve, severalLooksMs));
    expect(http(live())).toEqual([{ route: route({ v1: 100 }), fault: abort }]);
  });

  it('comes at once for all of them on request, and leaves those of others', async () => {
    put({ name: 'theirs', route: route({ v1: 100 }), fault: delay });
    await expect.poll(() => open.console.cluster().virtualServices().length).toBe(1);
    await set(900, { name: 'theirs', route: route({ v1: 100 }), fault: delay }, { name: 'mine', route: route({ v2: 100 }), fault: abort });
    expect((await faults()).map((one) => [one.path, one.own])).toEqual([
      ['spec.http[1]', true],
      ['spec.http[0]', false],
    ]);
    const { body } = await call<StopFaultsResponse>('stopFaults', { body: {} });
    expect(body).toMatchObject({ stopped: 1, failed: [], changes: [{ status: 'applied' }] });
    expect(http(live())).toEqual([
      { name: 'theirs', route: route({ v1: 100 }), fault: delay },
      { name: 'mine', route: route({ v2: 100 }) },
    ]);
    expect((await call<StopFaultsResponse>('stopFaults', { body: {} })).body.stopped).toBe(0);
  });
});
