import { describe, expect, it } from 'vitest';
import type { KubernetesResource } from '@/lib/model';
import { AdmissionRules, DraftValidation, Validation, applyFixes, readManifests, validateDraft, validateObjects } from './index';

function object(apiVersion: string, kind: string, name: string, spec: object, rest: object = {}): KubernetesResource {
  const made = { apiVersion, kind, metadata: { name, namespace: 'default', ...rest }, spec };
  return made;
}

const service = object('v1', 'Service', 'reviews', { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 9080 }] });
const rule = (...subsets: string[]) =>
  object('networking.istio.io/v1', 'DestinationRule', 'reviews', {
    host: 'reviews',
    subsets: subsets.map((name) => ({ name, labels: { version: name } })),
  });
const route = (subset: string, host = 'reviews') =>
  object('networking.istio.io/v1', 'VirtualService', 'reviews', {
    hosts: ['reviews'],
    http: [{ route: [{ destination: { host, subset } }] }],
  });
const codes = (findings: readonly { code: string; kind: string }[]) => findings.map(({ code, kind }) => `${code} ${kind}`);

describe('Validation', () => {
  it('checks again what a change concerns, in both directions, and nothing else', () => {
    const bystanders = Array.from({ length: 50 }, (_, index) =>
      object('v1', 'Service', `other-${index}`, { ports: [{ name: 'http', port: 80 }] }),
    );
    const validation = new Validation([service, route('v2'), rule('v1'), ...bystanders]);
    expect(codes(validation.findings())).toEqual(['HED0182 VirtualService']);
    expect(validation.update({ applied: [rule('v1', 'v2')] })).toBe(2);
    expect(validation.findings()).toEqual([]);
    validation.update({ deleted: [{ group: 'networking.istio.io', kind: 'DestinationRule', namespace: 'default', name: 'reviews' }] });
    expect(codes(validation.findings())).toEqual(['HED0182 VirtualService']);
  });

  it('agrees with a check from nothing after any order of changes', () => {
    const steps = [service, route('v9'), rule('v1'), route('v1'), rule('v2'), rule('v1', 'v2'), route('v2', 'revievs')];
    const validation = new Validation([]);
    const present = new Map<string, KubernetesResource>();
    for (const step of steps) {
      validation.update({ applied: [step] });
      present.set(step.kind, step);
      expect(validation.findings()).toEqual(validateObjects([...present.values()]));
    }
  });

  it('judges a draft and keeps nothing of it', () => {
    const validation = new Validation([service, rule('v1'), route('v1')]);
    expect(codes(validation.judge(route('v7')))).toEqual(['HED0182 VirtualService']);
    expect(validation.findings()).toEqual([]);
  });

  it('says nothing about what is missing from a part of a mesh', () => {
    expect(validateObjects([route('v1', 'elsewhere')])).toEqual([]);
    expect(codes(validateObjects([route('v1', 'elsewhere')], { complete: true }))).toEqual(['HED0101 VirtualService']);
  });

  it('honours the annotation that suppresses findings, except refusals', () => {
    const suppressed = object(
      'networking.istio.io/v1',
      'VirtualService',
      'reviews',
      { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'nowhere' } }] }] },
      { annotations: { 'galley.istio.io/analyze-suppress': 'IST0101' } },
    );
    expect(validateObjects([service, suppressed])).toEqual([]);
  });
});

describe('validateDraft', () => {
  it("has the draft's findings and those of others that are new with it", () => {
    const existing = [service, rule('v1', 'v2'), route('v2')];
    const found = validateDraft([rule('v1')], [], existing, { complete: false });
    expect(codes(found)).toEqual(['HED0182 VirtualService']);
    expect(found.map((finding) => finding.isNew)).toEqual([true]);
    const old = validateDraft([object('v1', 'Service', 'unrelated', { ports: [{ name: 'http', port: 80 }] })], [], [service, route('v2')], {
      complete: false,
    });
    expect(old).toEqual([]);
  });

  it('says what a deletion breaks', () => {
    const gone = { group: 'networking.istio.io', kind: 'DestinationRule', namespace: 'default', name: 'reviews' };
    expect(codes(validateDraft([], [gone], [service, rule('v2'), route('v2')], { complete: false }))).toEqual(['HED0182 VirtualService']);
  });
});

describe('AdmissionRules', () => {
  const rules = new AdmissionRules();

  it("refuses what Istio's webhook refuses, in its words", () => {
    const bad = object('networking.istio.io/v1', 'VirtualService', 'bad', {
      hosts: ['*'],
      http: [{ route: [{ destination: { host: 'reviews' }, weight: -1 }] }],
    });
    expect(rules.judge(bad, () => [])).toEqual({
      errors: [
        { path: 'spec.hosts[0]', message: 'wildcard host * is not allowed for virtual services bound to the mesh gateway' },
        { path: 'spec.http[0].route[0].weight', message: 'weight -1 < 0' },
      ],
      warnings: [],
    });
  });

  it('only warns of what depends on others, and follows them', () => {
    expect(rules.judge(route('v2'), () => [service, rule('v1')]).warnings).toEqual([
      expect.stringMatching(/^HED0182 spec\.http\[0\]\.route\[0\]\.destination\.subset: Subset "v2"/),
    ]);
    expect(rules.judge(route('v2'), () => [service, rule('v1', 'v2')]).errors).toEqual([]);
    expect(rules.judge(route('v2'), () => [service, rule('v1', 'v2')]).warnings).toEqual([expect.stringMatching(/^HED0305 /)]);
    expect(rules.judge(route('v2'), () => [service]).warnings).toEqual([expect.stringMatching(/^HED0182 /)]);
  });
});

describe('readManifests', () => {
  const text = `# first
apiVersion: v1
kind: List
items:
  - apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: { name: a }
    spec:
      hosts: [reviews]
      http:
        - route:
            - destination:
                host: reviews   # stays
                subset: v1
---
---
kind: VirtualService
metadata: { name: b }
---
apiVersion: v1
 kind: Service
`;

  it('unpacks lists, knows lines, and says what is unreadable and where', () => {
    const { manifests, findings } = readManifests(text);
    expect(manifests.map(({ object: { metadata } }) => metadata.name)).toEqual(['a']);
    expect(manifests[0]?.locate('spec.http[0].route[0].destination.subset')).toEqual({ line: 14, column: 17 });
    expect(manifests[0]?.locate('spec.http[0].timeout')).toEqual({ line: 11, column: 11 });
    expect(findings.map(({ code, line, severity }) => [code, line, severity])).toEqual([
      ['HED0001', 17, 'error'],
      ['HED0001', expect.any(Number), 'error'],
    ]);
    expect(findings[1]?.line).toBeGreaterThanOrEqual(20);
  });

  it('mends in place: comments, order and layout stay', () => {
    const source = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}   # mine
spec:
  hosts: [ reviews ]
  http:
  - timout: 3s # three
    route: [{destination: {host: 'revievs'}}]
`;
    const { manifests } = readManifests(source);
    const found = validateObjects([service, ...manifests.map((one) => one.object)]).map((finding) => ({
      ...finding,
      line: manifests[0]?.locate(finding.path).line ?? null,
    }));
    expect(applyFixes(source, found)).toEqual({ applied: 2, text: source.replace('timout', 'timeout').replace("'revievs'", 'reviews') });
  });
});

describe('DraftValidation', () => {
  const gone = { group: 'networking.istio.io', kind: 'DestinationRule', namespace: 'default', name: 'reviews' };

  it('says of every step of a draft what a check of that step alone says', () => {
    const existing = [service, rule('v1', 'v2'), route('v2')];
    const draft = new DraftValidation(existing, { complete: false });
    const steps: [KubernetesResource[], (typeof gone)[]][] = [
      [[rule('v1')], []],
      [[rule('v1', 'v2')], []],
      [[route('v9'), rule('v9')], []],
      [[route('v9')], []],
      [[], [gone]],
      [[object('networking.istio.io/v1', 'VirtualService', 'new', { hosts: ['reviews'], http: [{ timeout: 'x' }] })], []],
      [[], []],
      [[rule('v1')], []],
    ];
    for (const [objects, deletes] of steps)
      expect(draft.judge(objects, deletes)).toEqual(validateDraft(objects, deletes, existing, { complete: false }));
  });

  it('follows the mesh', () => {
    const draft = new DraftValidation([service, rule('v1')], { complete: false });
    expect(codes(draft.judge([route('v2')]))).toEqual(['HED0182 VirtualService']);
    draft.updateMesh([rule('v1', 'v2')], []);
    expect(codes(draft.judge([route('v2')]))).toEqual([]);
  });
});
