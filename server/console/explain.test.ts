import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplainResponse, PreviewResponse, SeenRequestsResponse } from '@/lib/contract';
import { locateLine } from './locate-line';
import { call, route, row, virtualService } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole({ HEDDLE_REASON_SHARE: '0.5' });
});
afterAll(() => open.close());

const from = 'default/productpage-v1';
const request = { method: 'GET', url: 'http://reviews:9080/reviews/1', headers: {} };

describe('explain', () => {
  it('follows a request through live and draft, with object and line of each step', async () => {
    const draft = virtualService([
      { match: [{ uri: { prefix: '/x' } }], route: route({ v1: 100 }) },
      { route: [{ destination: { host: 'reviews' } }], timeout: '3s' },
    ]);
    const { status, body } = await call<ExplainResponse>('explain', { body: { from, request, objects: [draft] } });
    expect(status).toBe(200);
    const timeout = body.rows.find((one) => one.key === 'timeout');
    expect(timeout).toMatchObject({
      differs: true,
      live: { sentence: { text: 'No timeout' } },
      draft: { sentence: { text: 'Timeout 3s' } },
    });
    const source = timeout?.draft?.source;
    const document = body.documents.find((one) => one.ref.kind === source?.ref.kind);
    expect(document?.draft?.split('\n')[(source?.line ?? 0) - 1]).toMatch(/timeout: 3s$/);
    expect(body.rows.find((one) => one.draft?.tone === 'lost')?.live).toBeNull();
    expect(open.kubernetes.writes).toEqual([]);
  });

  it('takes a curl command, and a pod for its workload', async () => {
    const curl = "curl http://reviews:9080/reviews/1 -H 'End-User: jason'";
    const { body } = await call<ExplainResponse>('explain', { body: { from, request: curl } });
    expect(body.request).toEqual({ ...request, headers: { 'end-user': 'jason' } });
    expect(body.draft).toBeNull();
  });

  it('says of a draft that cannot be read what is wrong', async () => {
    const broken = { ...virtualService([]), spec: { hosts: 7 } };
    const { status, body } = await call<ExplainResponse>('explain', { body: { from, request, objects: [broken] } });
    expect(status).toBe(200);
    expect(body.findings.some((one) => one.severity === 'error')).toBe(true);
  });

  it('names callers it does not know, and the callers there are', async () => {
    expect((await call('explain', { body: { from: 'default/nobody', request } })).status).toBe(404);
    const { body } = await call<SeenRequestsResponse>('seenRequests');
    expect(body.callers.map((one) => one.name)).toContain(from);
  });
});

it('asks for a reason above a share of the mesh', async () => {
  open.prometheus.answer = () => [row('v1', 3), row('v2', 1)];
  const { body } = await call<PreviewResponse>('preview', { body: { objects: [virtualService([{ route: route({ v9: 100 }) }])] } });
  expect(body.guards).toMatchObject({ share: 1, shareLimit: 0.5 });
  expect(body.guards.reasonNeeded.map((one) => one.code)).toContain('reason_share');
});

it('finds lines of fields', () => {
  const yaml = 'spec:\n  http:\n  - match:\n    - uri:\n        prefix: /\n    timeout: 3s\n';
  expect(locateLine(yaml, 'spec.http[0].timeout')).toBe(6);
  expect(locateLine(yaml, 'spec.http[0].match')).toBe(3);
  expect(locateLine(yaml, 'spec.http')).toBe(2);
  expect(locateLine(yaml, 'spec.http[1]')).toBeNull();
  expect(locateLine(yaml, '')).toBe(1);
});
