import { describe, expect, it } from 'vitest';
import { parseCurl, readAccessLog } from '.';

describe('parseCurl', () => {
  it.each([
    ['curl http://reviews:9080/reviews/1', { method: 'GET', url: 'http://reviews:9080/reviews/1', headers: {} }],
    ["curl -s -H 'End-User: jason' reviews:9080/x", { method: 'GET', url: 'http://reviews:9080/x', headers: { 'end-user': 'jason' } }],
    ['curl -XPUT "http://a/b c" -A \'x y\'', { method: 'PUT', url: 'http://a/b c', headers: { 'user-agent': 'x y' } }],
    ['curl http://a/ \\\n  -d "q=1" \\\n  -H "x: \\"y\\""', { method: 'POST', url: 'http://a/', headers: { x: '"y"' } }],
    ['curl -G http://a/ -d q=1 --data r=2', { method: 'GET', url: 'http://a/?q=1&r=2', headers: {} }],
    ['curl -sI http://a/', { method: 'HEAD', url: 'http://a/', headers: {} }],
    [
      'curl -o /dev/null --request=DELETE -u me:é http://a',
      { method: 'DELETE', url: 'http://a', headers: { authorization: 'Basic bWU6w6k=' } },
    ],
    ["curl --json '{}' http://a", { method: 'POST', url: 'http://a', headers: { 'content-type': 'application/json' } }],
  ])('%s', (command, wanted) => {
    expect(parseCurl(command)).toEqual(wanted);
  });

  it.each(['wget http://a', 'curl -H "x: y"', 'curl "http://a'])('refuses %s', (command) => {
    expect(() => parseCurl(command)).toThrow();
  });
});

describe('readAccessLog', () => {
  const line =
    '[2026-01-01T00:00:00.000Z] "GET /reviews/0 HTTP/1.1" 200 - via_upstream - "-" 0 379 12 11 "-" "curl/8 (x)" "id-1" "reviews:9080" ' +
    '"127.64.0.9:9080" outbound|9080|v1|reviews.default.svc.cluster.local 127.64.0.5:1 127.0.0.1:2 127.0.0.1:3 - default';
  it('reads the default text', () => {
    expect(readAccessLog(line)).toEqual({
      at: '2026-01-01T00:00:00.000Z',
      method: 'GET',
      path: '/reviews/0',
      authority: 'reviews:9080',
      userAgent: 'curl/8 (x)',
      status: 200,
      cluster: 'outbound|9080|v1|reviews.default.svc.cluster.local',
    });
  });

  it('reads JSON, and nothing else', () => {
    const json = { start_time: 't', method: 'GET', path: '/', authority: 'a', response_code: 503, upstream_cluster: '-' };
    expect(readAccessLog(JSON.stringify(json))).toMatchObject({ authority: 'a', status: 503 });
    expect(readAccessLog('Envoy started')).toBeNull();
    expect(readAccessLog('[t] "- - -" 0 - - - "-" 1 2 3 - "-" "-" "-" "-" "1.2.3.4:5" cluster')).toBeNull();
    expect(readAccessLog('{')).toBeNull();
  });
});
