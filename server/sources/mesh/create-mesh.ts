import { HeddleError, isHeddleError } from '@/lib/errors';
import type { Pod } from '@/lib/model';
import type { KubeClient } from '@/server/kube';
import { readSyncz } from './read-syncz';
import type { ProxySync } from './read-syncz';

/** The control plane, reached through the Kubernetes API alone (CONTRACTS §7). */
export interface Mesh {
  /** Every proxy of every control plane pod. Fails with `source_unavailable` when there is no control plane or none answers. */
  proxies(signal?: AbortSignal): Promise<ProxySync[]>;
  /** The config dump the control plane holds of a proxy (`pod.namespace`); `null` when no control plane pod knows it. */
  configDump(proxy: string, signal?: AbortSignal): Promise<unknown>;
  /** Version of the control plane, `null` when it does not say. */
  version(signal?: AbortSignal): Promise<string | null>;
}

/** `pods` gives the control plane's pods (label `app=istiod`) as they are now. */
export function createMesh(client: KubeClient, pods: () => readonly Pod[]): Mesh {
  async function ask(pod: Pod, path: string, signal: AbortSignal | undefined): Promise<unknown> {
    const { namespace = 'istio-system', name } = pod.metadata;
    const body = await client.rawGet(`/api/v1/namespaces/${namespace}/pods/${name}:15014/proxy${path}`, { signal, timeoutMs: 10_000 });
    const text = body.toString('utf8');
    try {
      return JSON.parse(text);
    } catch {
      return text.trim();
    }
  }

  async function askAll(path: string, signal: AbortSignal | undefined): Promise<unknown[]> {
    const running = pods().filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed');
    if (running.length === 0) throw new HeddleError('source_unavailable', 'There is no control plane: no pod has the label app=istiod.');
    const answers = await Promise.allSettled(running.map((pod) => ask(pod, path, signal)));
    const good = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [failed] = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (good.length === 0 && failed !== undefined) throw failed;
    return good;
  }

  return {
    async proxies(signal) {
      // A proxy is connected to one of the replicas; the others do not list it.
      const byName = new Map((await askAll('/debug/syncz', signal)).flatMap(readSyncz).map((one) => [one.proxy, one]));
      return [...byName.values()].toSorted((left, right) => (left.proxy < right.proxy ? -1 : 1));
    },
    async configDump(proxy, signal) {
      const answers = await askAll(`/debug/config_dump?proxyID=${encodeURIComponent(proxy)}`, signal).catch((error: unknown) => {
        if (isHeddleError(error) && error.code === 'not_found') return [];
        throw error;
      });
      return answers.find((one) => typeof one === 'object' && one !== null) ?? null;
    },
    async version(signal) {
      const [answer] = await askAll('/version', signal);
      if (typeof answer === 'string') return /\d+\.\d+(\.\d+)?/.exec(answer)?.[0] ?? answer;
      if (typeof answer === 'object' && answer !== null && 'version' in answer && typeof answer.version === 'string') return answer.version;
      return null;
    },
  };
}
