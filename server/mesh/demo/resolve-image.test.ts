import { describe, expect, it } from 'vitest';
import { resolveImage } from './resolve-image';

describe('resolveImage', () => {
  it.each([
    ['registry.istio.io/release/examples-bookinfo-productpage-v1:1.20.3', 'productpage'],
    ['docker.io/istio/examples-bookinfo-reviews-v3:1.18.0', 'reviews-v3'],
    ['docker.io/istio/examples-bookinfo-ratings-v1', 'ratings'],
    ['docker.io/mccutchen/go-httpbin:v2.15.0', 'httpbin'],
    ['kong/httpbin', 'httpbin-python'],
    ['registry.istio.io/release/tcp-echo-server:1.3', 'tcp-echo'],
    ['examples-helloworld-v2@sha256:00aa', 'helloworld-v2'],
    ['localhost:5000/curlimages/curl:8.16.0', 'sleep'],
  ])('%s runs %s', (image, workload) => {
    expect(resolveImage(image)?.workload).toBe(workload);
  });

  it.each(['docker.io/library/postgres:17', 'examples-bookinfo-reviews-v9', 'my-httpbin:1', ''])('knows nothing of %j', (image) => {
    expect(resolveImage(image)).toBeUndefined();
  });

  it('does not wait for a port of a container that only sleeps', () => {
    expect(resolveImage('curlimages/curl')?.listens).toBe(false);
  });
});
