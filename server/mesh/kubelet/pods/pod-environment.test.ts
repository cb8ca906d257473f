import { describe, expect, it } from 'vitest';
import type { Service } from '@/lib/model';
import { expandVariables, serviceVariables } from './pod-environment';

const service = (name: string, ports: Service['spec']['ports'], created: string, namespace = 'default'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, creationTimestamp: created },
  spec: { clusterIP: '127.96.0.7', ports: ports ?? [] },
});

const http = [{ name: 'http', port: 9080 }];
const mongo = [{ name: 'mongo', port: 27_017 }];

describe('serviceVariables', () => {
  it('announces HTTP services by their ClusterIP and TCP services by the sidecar', () => {
    const services = [service('reviews', http, '1'), service('mongo-db', mongo, '2')];
    expect(serviceVariables('default', services, '127.192.0.3')).toEqual({
      REVIEWS_SERVICE_HOST: '127.96.0.7',
      REVIEWS_SERVICE_PORT: '9080',
      REVIEWS_SERVICE_PORT_HTTP: '9080',
      MONGO_DB_SERVICE_HOST: '127.192.0.3',
      MONGO_DB_SERVICE_PORT: '27017',
      MONGO_DB_SERVICE_PORT_MONGO: '27017',
    });
  });

  it('gives the second TCP service on a port another one, whatever its namespace', () => {
    const services = [service('db', mongo, '2', 'shop'), service('mongo-db', mongo, '1', 'other')];
    const port = Number(serviceVariables('shop', services, '127.192.0.3')['DB_SERVICE_PORT']);
    expect(port).toBeGreaterThanOrEqual(20_000);
  });

  it('without a sidecar announces every service by its ClusterIP', () => {
    expect(serviceVariables('default', [service('db', mongo, '1')], undefined)).toMatchObject({
      DB_SERVICE_HOST: '127.96.0.7',
      DB_SERVICE_PORT: '27017',
    });
  });
});

describe('expandVariables', () => {
  it.each([
    ['http://$(HOST):$(PORT)/', 'http://a:1/'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$$(HOST)', '$(HOST)'],
    ['$HOST', '$HOST'],
  ])('%s becomes %s', (text, expected) => {
    expect(expandVariables(text, { HOST: 'a', PORT: '1' })).toBe(expected);
  });
});
