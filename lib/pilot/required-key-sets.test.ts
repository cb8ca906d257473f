import { describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import { buildMeshState } from './mesh-state';
import { requiredKeySets } from './required-key-sets';

function policy(name: string, jwtRules: object[]): KubernetesResource {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name, namespace: 'default' },
    spec: { jwtRules },
  } as KubernetesResource;
}

describe('RequestAuthentication §1.7: key sets to be fetched', () => {
  it('are named by URI, else by issuer; inline ones are there already', () => {
    const state = buildMeshState([
      policy('a', [{ issuer: 'i', jwksUri: 'https://a/jwks' }, { issuer: 'https://b' }, { issuer: 'c', jwks: '{}' }]),
    ]);
    expect(requiredKeySets(state)).toEqual([
      { key: 'https://a/jwks', uri: 'https://a/jwks', issuer: 'i', timeoutMs: 5000 },
      { key: 'https://b', uri: undefined, issuer: 'https://b', timeoutMs: 5000 },
    ]);
  });

  it('are waited for as long as the most patient rule says', () => {
    const rule = (timeout: string) => ({ issuer: 'i', jwksUri: 'https://a/jwks', timeout });
    const state = buildMeshState([policy('a', [rule('250ms')]), policy('b', [rule('1.5s')])]);
    expect(requiredKeySets(state)).toMatchObject([{ timeoutMs: 1500 }]);
  });
});
