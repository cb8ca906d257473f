import { describe, expect, it } from 'vitest';
import type { PeerAuthentication } from './schema';
import { setMutualTlsMode } from './set-mode';

const policy = (spec: PeerAuthentication['spec']): PeerAuthentication => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name: 'reviews', namespace: 'shop', resourceVersion: '7' },
  spec,
});
const workload = { level: 'workload', namespace: 'shop', name: 'reviews', labels: { app: 'reviews' } } as const;

describe('setMutualTlsMode', () => {
  it('makes the policy where there is none, and nothing where nothing is to be set', () => {
    expect(setMutualTlsMode(undefined, { level: 'mesh', namespace: 'istio-system' }, 'STRICT').object).toEqual({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: 'default', namespace: 'istio-system' },
      spec: { mtls: { mode: 'STRICT' } },
    });
    expect(setMutualTlsMode(undefined, workload, 'STRICT').object?.spec).toEqual({
      selector: { matchLabels: { app: 'reviews' } },
      mtls: { mode: 'STRICT' },
    });
    expect(setMutualTlsMode(undefined, workload, 'UNSET')).toEqual({});
  });

  it('keeps what else a policy says', () => {
    const before = policy({ selector: { matchLabels: { app: 'reviews' } }, mtls: { mode: 'STRICT' } });
    const { object, base } = setMutualTlsMode(before, { ...workload, port: 9080 }, 'PERMISSIVE');
    expect(object).toEqual({ ...before, spec: { ...before.spec, portLevelMtls: { '9080': { mode: 'PERMISSIVE' } } } });
    expect(base).toBe(before);
  });

  it('deletes a policy that says nothing any more, but not one that still does', () => {
    const one = policy({ mtls: { mode: 'STRICT' } });
    expect(setMutualTlsMode(one, { level: 'namespace', namespace: 'shop' }, 'UNSET')).toEqual({ deletes: one, base: one });
    const two = policy({ mtls: { mode: 'STRICT' }, portLevelMtls: { '80': { mode: 'DISABLE' } } });
    expect(setMutualTlsMode(two, { ...workload, port: 80 }, 'UNSET').object?.spec).toEqual({ mtls: { mode: 'STRICT' } });
  });
});
