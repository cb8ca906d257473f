import { describe, expect, it } from 'vitest';
import type { Pod } from '@/lib/model';
import { shouldInject } from './decide-injection';

type Labels = Record<string, string>;

function decide(pod: { labels?: Labels; annotations?: Labels; hostNetwork?: boolean }, labels: Labels, name = 'default'): boolean {
  const object: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: pod.labels ?? {}, annotations: pod.annotations ?? {} },
    spec: { containers: [{ name: 'app' }], ...(pod.hostNetwork === undefined ? {} : { hostNetwork: pod.hostNetwork }) },
  };
  return shouldInject(object, { name, labels }).inject;
}

const enabled = { 'istio-injection': 'enabled' };
const yes = { 'sidecar.istio.io/inject': 'true' };
const no = { 'sidecar.istio.io/inject': 'false' };

describe('shouldInject', () => {
  // [what, pod, namespace labels, injected]
  const cases: [string, Parameters<typeof decide>[0], Labels, boolean][] = [
    ['nobody asks', {}, {}, false],
    ['the namespace asks', {}, enabled, true],
    ['the namespace asks by revision', {}, { 'istio.io/rev': 'default' }, true],
    ['the namespace names another revision', {}, { 'istio.io/rev': 'canary' }, false],
    ['the pod asks in a namespace that says nothing', { labels: yes }, {}, true],
    ['the pod asks by revision', { labels: { 'istio.io/rev': 'default' } }, {}, true],
    ['the pod asks for another revision', { labels: { ...yes, 'istio.io/rev': 'canary' } }, {}, false],
    ['the pod says no', { labels: no }, enabled, false],
    ['the namespace says no, the pod yes', { labels: yes }, { 'istio-injection': 'disabled' }, false],
    ['istio-injection beats istio.io/rev', {}, { 'istio-injection': 'disabled', 'istio.io/rev': 'default' }, false],
    ['the annotation says no', { annotations: no }, enabled, false],
    ['the label beats the annotation', { labels: yes, annotations: no }, enabled, true],
    ['the network of the node', { hostNetwork: true }, enabled, false],
    ['injected already', { annotations: { 'sidecar.istio.io/status': '{}' } }, enabled, false],
  ];
  it.each(cases)('%s', (_what, pod, labels, expected) => {
    expect(decide(pod, labels)).toBe(expected);
  });

  it('leaves system namespaces alone', () => {
    expect(decide({ labels: yes }, enabled, 'kube-system')).toBe(false);
  });
});
