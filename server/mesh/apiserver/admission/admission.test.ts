import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeStatusOf, resources } from '@/server/kube';
import type { AnyKubeObject } from '@/server/kube';
import { deployment, pod, virtualService } from '../testdata/objects';
import { startTestServer } from '../testdata/start-test-server';
import type { TestServer } from '../testdata/start-test-server';
import type { Mutator, Validator } from './admission';

const virtualServices = { group: 'networking.istio.io', version: 'v1', plural: 'virtualservices' };

/** Adds a container to pods of labelled namespaces, as an injector does. */
const inject: Mutator = (object, { kind, operation, namespaceLabels }) => {
  if (kind.kind !== 'Pod' || operation !== 'CREATE' || namespaceLabels['istio-injection'] !== 'enabled') return object;
  const spec = object.spec as { containers: unknown[] };
  return { ...object, spec: { ...spec, containers: [...spec.containers, { name: 'istio-proxy', image: 'heddle/proxy' }] } };
};

const judge: Validator = (object, context) => {
  if (context.kind.kind !== 'VirtualService') return {};
  const { hosts } = object.spec as { hosts: string[] };
  const known = context.list('', 'services').some((service) => service.metadata.name === hosts[0]);
  return {
    errors: hosts.includes('forbidden') ? [{ path: 'spec.hosts[0]', message: 'this host is not allowed' }] : [],
    warnings: known ? [] : [`no service ${hosts[0] ?? ''} ü`],
  };
};

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer({ mutators: [inject], validators: [judge] });
});
afterAll(() => test.stop());

describe('admission', () => {
  it('lets mutators change what is stored, and completes what they add', async () => {
    await test.client.patch(resources.namespaces, { name: 'default' }, { metadata: { labels: { 'istio-injection': 'enabled' } } });
    const made = await test.client.create(resources.pods, pod('injected'));
    expect((made['spec'] as { containers: unknown[] }).containers).toMatchObject([
      { name: 'app' },
      { name: 'istio-proxy', imagePullPolicy: 'Always' },
    ]);
    await test.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'legacy' } });
    const plain = { ...pod('plain'), metadata: { name: 'plain', namespace: 'legacy' } };
    expect(((await test.client.create(resources.pods, plain))['spec'] as { containers: unknown[] }).containers).toHaveLength(1);
    // Templates are not pods.
    await test.client.create(resources.deployments, deployment('template'));
  });

  it('refuses what a validator calls an error, and passes its warnings on', async () => {
    const warnings: string[] = [];
    await test.client.create(virtualServices, virtualService('lonely'), { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(['no service lonely ü']);
    const refused = await test.client.create(virtualServices, virtualService('forbidden')).catch(kubeStatusOf);
    expect(refused).toMatchObject({
      code: 422,
      message: 'VirtualService.networking.istio.io "forbidden" is invalid: spec.hosts[0]: this host is not allowed',
      details: { causes: [{ field: 'spec.hosts[0]' }] },
    });
    const changed = { spec: { hosts: ['forbidden'] } };
    expect(
      await test.client.patch(virtualServices, { name: 'lonely', namespace: 'default' }, changed, { dryRun: true }).catch(kubeStatusOf),
    ).toMatchObject({ code: 422 });
  });

  it('keeps the generation when only the status changes', async () => {
    const current = await test.client.get(virtualServices, { name: 'lonely', namespace: 'default' });
    const conditions = [{ type: 'Reconciled', status: 'True' }];
    const updated = await test.client.update(virtualServices, { ...current, status: { conditions } } as AnyKubeObject, {
      subresource: 'status',
    });
    expect(updated).toMatchObject({ status: { conditions }, metadata: { generation: 1 } });
  });
});
