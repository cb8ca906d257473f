import { describe, expect, it } from 'vitest';
import {
  addressesOfPodIp,
  announcedTcpAddress,
  detectProtocol,
  hostCovers,
  localityOfPod,
  matchesSelector,
  parseServiceHost,
  parseSpiffeId,
  podAddresses,
  podSuffix,
  resolveShortName,
  spiffeId,
  tcpPortKey,
  tcpPortsOfServices,
  workloadOfPod,
} from './index';

describe('pod addresses', () => {
  it('share one suffix', () => {
    expect(podAddresses('3.17')).toEqual({ podIp: '127.64.3.17', appIp: '127.128.3.17', outboundIp: '127.192.3.17' });
    expect(addressesOfPodIp('127.64.3.17')?.appIp).toBe('127.128.3.17');
    expect(addressesOfPodIp('10.0.0.1')).toBeUndefined();
  });

  it('refuse what is no suffix', () => {
    for (const text of ['', '1', '1.2.3', '256.1', '01.2', 'a.b']) expect(() => podAddresses(text), text).toThrow('pod suffix');
  });

  it('never end in 0 or 255', () => {
    expect(podSuffix(1)).toBe('0.1');
    expect(podSuffix(254)).toBe('0.254');
    expect(podSuffix(255)).toBe('1.1');
    expect(() => podSuffix(0)).toThrow('no pod address');
  });
});

describe('announced TCP addresses', () => {
  const at = (namespace: string, name: string, port: number, creationTimestamp?: string) => ({ namespace, name, port, creationTimestamp });

  it('give the port to the oldest and a derived one to the others', () => {
    const old = at('b', 'old', 3306, '2024-01-01T00:00:00Z');
    const young = at('a', 'young', 3306, '2024-02-01T00:00:00Z');
    const ports = announcedTcpAddress([young, old]);
    expect(ports.get(tcpPortKey(old))).toBe(3306);
    expect(ports.get(tcpPortKey(young))).toBeGreaterThanOrEqual(20_000);
    expect(ports.get(tcpPortKey(young))).toBeLessThan(30_000);
    expect(announcedTcpAddress([old, young])).toEqual(ports);
  });

  it('never give two services one port', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => at('ns', `s${index}`, 9000));
    expect(new Set(announcedTcpAddress(many).values()).size).toBe(2_000);
  });

  it('leave privileged ports and the HTTP proxy alone', () => {
    const ports = announcedTcpAddress([at('a', 'tls', 443), at('a', 'odd', 15001)]);
    expect([...ports.values()].every((port) => port >= 20_000)).toBe(true);
  });

  it('do not move a service for an entry that comes later', () => {
    const service = at('a', 'db', 27017, '2024-05-01T00:00:00Z');
    const entry = at('a', 'db.example.com', 27017, '2020-01-01T00:00:00Z');
    expect(announcedTcpAddress([service], [entry]).get(tcpPortKey(service))).toBe(27017);
  });

  it('cover ports that may be TCP', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'tcp-x', port: 81 },
      { name: 'odd', port: 82 },
      { name: 'dns', port: 83, protocol: 'UDP' as const },
    ];
    const service = { apiVersion: 'v1', kind: 'Service' as const, metadata: { name: 's', namespace: 'n' }, spec: { ports } };
    expect(tcpPortsOfServices([service]).map((entry) => entry.port)).toEqual([81, 82]);
  });
});

describe('names', () => {
  it('expand only without a dot', () => {
    expect(resolveShortName('reviews', 'ns')).toBe('reviews.ns.svc.cluster.local');
    expect(resolveShortName('reviews.other', 'ns')).toBe('reviews.other');
    expect(resolveShortName('*', 'ns')).toBe('*');
    expect(resolveShortName('::1', 'ns')).toBe('::1');
    expect(parseServiceHost('a.b.svc.cluster.local')).toEqual({ name: 'a', namespace: 'b' });
    expect(parseServiceHost('example.com')).toBeUndefined();
  });

  it('cover each other by suffix', () => {
    expect(hostCovers('*.example.com', 'a.example.com')).toBe(true);
    expect(hostCovers('*.example.com', 'example.com')).toBe(false);
    expect(hostCovers('*.example.com', '*.a.example.com')).toBe(true);
    expect(hostCovers('*.a.example.com', '*.example.com')).toBe(false);
    expect(hostCovers('*', 'x')).toBe(true);
  });
});

describe('identities and protocols', () => {
  it('are read back as they were made', () => {
    expect(parseSpiffeId(spiffeId('ns', 'sa', 'td'))).toEqual({ trustDomain: 'td', namespace: 'ns', serviceAccount: 'sa' });
    expect(parseSpiffeId('spiffe://td/other')).toBeUndefined();
  });

  it.each([
    [{ port: 80, name: 'http-web' }, 'HTTP'],
    [{ port: 80, name: 'grpc-web-x' }, 'GRPC-Web'],
    [{ port: 80, name: 'web' }, 'Unsupported'],
    [{ port: 3306, name: 'db' }, 'MySQL'],
    [{ port: 80, name: 'tcp', appProtocol: 'HTTP2' }, 'HTTP2'],
    [{ port: 80, appProtocol: 'kubernetes.io/wss' }, 'HTTPS'],
    [{ port: 53, protocol: 'UDP' }, 'UDP'],
  ])('%j is %s', (port, protocol) => {
    expect(detectProtocol(port)).toBe(protocol === 'MySQL' ? 'TCP' : protocol);
  });
});

describe('workloads', () => {
  const owner = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'u', controller: true }] });

  it('are named after what owns the pods', () => {
    const labels = { app: 'reviews', version: 'v1', 'pod-template-hash': 'abc12' };
    const pod = { metadata: { name: 'reviews-v1-abc12-x', namespace: 'n', labels, ...owner('ReplicaSet', 'reviews-v1-abc12') } };
    expect(workloadOfPod(pod)).toMatchObject({
      workload: 'reviews-v1',
      kind: 'Deployment',
      app: 'reviews',
      version: 'v1',
      canonicalRevision: 'v1',
    });
    expect(workloadOfPod({ metadata: { name: 'j', ...owner('Job', 'backup-28400000') } })).toMatchObject({
      workload: 'backup',
      kind: 'CronJob',
    });
    expect(workloadOfPod({ metadata: { name: 'alone' } })).toMatchObject({
      workload: 'alone',
      kind: 'Pod',
      canonicalName: 'alone',
      canonicalRevision: 'latest',
      serviceAccount: 'default',
    });
  });

  it('stand where their own label says, else where their node does', () => {
    const node = { metadata: { name: 'n', labels: { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': 'z' } } };
    expect(localityOfPod({ metadata: { name: 'p' } }, node)).toEqual({ region: 'r', zone: 'z', subZone: '' });
    expect(localityOfPod({ metadata: { name: 'p', labels: { 'istio-locality': 'a.b.c' } } }, node)).toEqual({
      region: 'a',
      zone: 'b',
      subZone: 'c',
    });
  });

  it('are selected by labels and expressions', () => {
    const selector = {
      matchLabels: { a: '1' },
      matchExpressions: [
        { key: 'b', operator: 'In' as const, values: ['x', 'y'] },
        { key: 'c', operator: 'DoesNotExist' as const },
      ],
    };
    expect(matchesSelector({ a: '1', b: 'y' }, selector)).toBe(true);
    expect(matchesSelector({ a: '1', b: 'y', c: '' }, selector)).toBe(false);
    expect(matchesSelector(undefined, {})).toBe(true);
  });
});
