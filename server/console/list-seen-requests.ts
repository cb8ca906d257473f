import type { Caller, Notice, SeenRequest, SeenRequestsResponse } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import { hasSidecar, workloadOfPod } from '@/lib/model';
import type { Pod } from '@/lib/model';
import { proxyNodeOfPod } from '@/lib/pilot';
import { headerQuestions, readAccessLog, readTracedRequest } from '@/lib/simulate';
import { liveObjects } from './compare-behaviour';
import type { Console } from './console-state';

const mostRequests = 60;
const tailLines = 400;
const logTimeoutMs = 3000;

/** Who can send requests, and requests of one of them that traces and its proxy's access log tell of, most frequent first. */
export async function listSeenRequests(console: Console, from: string | undefined): Promise<SeenRequestsResponse> {
  const cluster = console.cluster();
  const running = cluster.pods().filter((pod) => pod.status?.phase === 'Running' && pod.status.podIP !== undefined);
  const callers = new Map<string, Caller>();
  for (const pod of running) callers.set(nameOf(pod), { name: nameOf(pod), kind: kindOf(pod) });
  const sorted = [...callers.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const own = running.filter((pod) => nameOf(pod) === from);
  if (from === undefined || own.length === 0) return { callers: sorted, requests: [], notices: [] };
  const [traced, logged] = await Promise.all([tracedBy(console, from), loggedBy(console, own)]);
  const requests = new Map<string, SeenRequest>();
  for (const one of [...traced.requests, ...logged.requests]) {
    const key = JSON.stringify([one.method, one.url, one.headers]);
    const known = requests.get(key);
    if (known === undefined) requests.set(key, one);
    else if (known.source === one.source) requests.set(key, { ...known, count: known.count + one.count });
  }
  return {
    callers: sorted,
    requests: [...requests.values()].toSorted((left, right) => right.count - left.count).slice(0, mostRequests),
    notices: [...traced.notices, ...logged.notices],
  };
}

function nameOf(pod: Pod): string {
  const { namespace, workload } = workloadOfPod(pod);
  return `${namespace}/${workload}`;
}

function kindOf(pod: Pod): Caller['kind'] {
  if (proxyNodeOfPod(pod).type === 'router') return 'gateway';
  return hasSidecar(pod) ? 'sidecar' : 'plain';
}

interface Seen {
  requests: SeenRequest[];
  notices: Notice[];
}

async function tracedBy(console: Console, from: string): Promise<Seen> {
  const cluster = console.cluster();
  const { spans, notices } = await console.traffic.sample();
  const { names } = headerQuestions(liveObjects(cluster));
  const callers = new Map(cluster.pods().map((pod) => [`${pod.metadata.name}.${pod.metadata.namespace ?? 'default'}`, nameOf(pod)]));
  const requests = spans.flatMap((span): SeenRequest[] => {
    const one = readTracedRequest(span, names, (pod) => callers.get(pod) ?? null);
    if (one === null || one.from !== from) return [];
    const url = `${one.scheme}://${one.authority}${one.path}`;
    return [{ source: 'trace', method: one.method, url, headers: { ...one.headers }, count: 1, status: null }];
  });
  return { requests, notices };
}

/** Requests the caller's proxies logged, those it sent (not those it got). */
async function loggedBy(console: Console, pods: readonly Pod[]): Promise<Seen> {
  const { client } = console.cluster();
  const seen: Seen = { requests: [], notices: [] };
  await Promise.all(
    pods.slice(0, 3).map(async (pod) => {
      const { namespace = 'default', name } = pod.metadata;
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=istio-proxy&tailLines=${tailLines}`;
      try {
        const text = (await client.rawGet(path, { timeoutMs: logTimeoutMs })).toString('utf8');
        for (const line of text.split('\n')) {
          const one = readAccessLog(line);
          if (one === null || one.cluster.startsWith('inbound|')) continue;
          const url = `http://${one.authority}${one.path}`;
          seen.requests.push({ source: 'access_log', method: one.method, url, headers: {}, count: 1, status: one.status });
        }
      } catch (error) {
        if (!isHeddleError(error)) throw error;
        // Not everybody may read logs: what traces tell stands.
        seen.notices.push({ source: `log of ${name}`, code: error.code, message: error.message });
      }
    }),
  );
  return seen;
}
