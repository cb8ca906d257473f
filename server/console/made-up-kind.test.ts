import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type {
  ChangeResponse,
  KindsResponse,
  ObjectResponse,
  ObjectsResponse,
  PreviewResponse,
  RelationsResponse,
  ServiceResponse,
} from '@/lib/contract';
import { meshKinds } from '@/lib/kinds';
import { readManifests } from '@/lib/validate';
import { call, reviews } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

// The one line of the registry that a new kind needs. Everything else below comes from the kind's own folder.
vi.mock('@/lib/kinds/mesh-kinds', async (original) => {
  const registry = await original<{ meshKinds: unknown[] }>();
  const { loomPolicyKind } = await import('@/lib/kinds/testdata/loom-policy');
  return { ...registry, meshKinds: [...registry.meshKinds, loomPolicyKind] };
});

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
});
afterAll(() => open.close());

it('a made-up kind is written, listed, shown with its relations and findings', async () => {
  const kind = meshKinds.find((one) => one.kind === 'LoomPolicy');
  const object = readManifests(kind?.example ?? '').manifests[0]?.object;
  const preview = await call<PreviewResponse>('preview', { body: { objects: [object] } });
  expect(preview.body.documents).toMatchObject([{ action: 'create', ref: { kind: 'LoomPolicy' } }]);
  expect((await call<ChangeResponse>('applyChange', { body: { objects: [object] } })).status).toBe(201);
  expect((await call<KindsResponse>('kinds', {})).body.kinds).toContainEqual(
    expect.objectContaining({ group: 'weave.example.com', plural: 'loompolicies' }),
  );
  const list = async () => (await call<ObjectsResponse>('objects', { query: 'q=loom' })).body.objects;
  await expect.poll(async () => (await list()).length).toBe(1);
  expect((await list())[0]).toMatchObject({ about: 'reviews', ref: { kind: 'LoomPolicy', name: 'reviews' } });
  const params = { group: 'weave.example.com', kind: 'LoomPolicy', namespace: 'default', name: 'reviews' };
  expect((await call<ObjectResponse>('object', { params })).body).toMatchObject({ writable: true });
  const { body } = await call<RelationsResponse>('objectRelations', { params });
  expect(body.uses.map(({ ref, exists }) => [ref.name, exists])).toEqual([
    ['reviews', true],
    ['ratings', true],
  ]);
  const service = await call<RelationsResponse>('objectRelations', { params: { group: 'core', kind: 'Service', ...reviews } });
  expect(service.body.usedBy.map(({ ref }) => ref.kind)).toContain('LoomPolicy');
  const shown = await call<ServiceResponse>('service', { params: reviews });
  expect(shown.status).toBe(200);
});
